// Runs inside the workflow sandbox.
import { CancellationScope, ContinueAsNew, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { SEARCH_ATTRIBUTES, type RunStatus } from '../contracts/names.ts';
import type { AgentOutcome, Compensated, RunOutcome } from '../contracts/run.ts';
import type { RunStart } from '../contracts/run-start.ts';
import { limitTime } from './limit-time.ts';
import type { QueueWatch } from './queue-watch.ts';
import { closeAs, endEventOf, endOfThrown, needsUndo, sendableEnd, type RunEnd } from './run-end.ts';
import type { RunEvents } from './run-events.ts';
import type { Undos } from './undos.ts';

export const STATUS = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, SearchAttributeType.KEYWORD);

export type FinishOptions<Result> = {
  /** Last word on how the run ended, once what had to be undone was. */
  amend?: (end: RunEnd<Result>, undone: Compensated[]) => RunEnd<Result>;
};

type Options<Result> = FinishOptions<Result> & {
  start: Pick<RunStart<unknown>, 'context' | 'timeout_ms'>;
  /** When the run began, in milliseconds since 1970. */
  startedAt: number;
  /** Scope that no cancel reaches. */
  shield: CancellationScope;
  events: RunEvents;
  queueWatch: QueueWatch;
  outcomes: readonly AgentOutcome[];
  /** The orchestration. */
  body: () => Promise<RunEnd<Result>>;
  undos: Pick<Undos, 'isUndoing' | 'cutOff' | 'undo'>;
  /** Called once the run's agents must stop, and once its end is known. */
  onStopRequested: () => void;
  onEnd: (status: RunStatus) => void;
  cancelledAt: () => number | undefined;
};

/**
 * Runs an orchestration to its end; a run that failed, was cancelled or is out of time is undone. What it came to is
 * published before the workflow closes, and is certain by then: an activity publishes it, which the history has once it
 * was scheduled, and from its being told on no message changes the run.
 */
export async function finishRun<Result>({
  start: { context, timeout_ms },
  startedAt,
  shield,
  events,
  queueWatch,
  outcomes,
  body,
  undos,
  onStopRequested,
  onEnd,
  cancelledAt,
  amend = (end) => end,
}: Options<Result>): Promise<RunOutcome<Result>> {
  /** Tells the run's end, but for its publishing; gives the run's time in milliseconds. */
  function tellEnd({ status, summary, error, attributes = [] }: RunEnd<unknown>): number {
    onEnd(status);
    queueWatch.stop();
    const execution_time_ms = Date.now() - startedAt;
    const stoppedFrom = status === 'cancelled' ? cancelledAt() : undefined;
    events.emit(endEventOf(status), {
      status,
      summary,
      execution_time_ms,
      error,
      ...(stoppedFrom !== undefined && { time_to_stop_ms: Date.now() - stoppedFrom }),
    });
    upsertSearchAttributes([{ key: STATUS, value: status }, ...attributes]);
    return execution_time_ms;
  }

  const time = limitTime(Math.max(1, startedAt + timeout_ms - Date.now()), shield);
  let end: RunEnd<Result>;
  try {
    end = await time.scope.run(() => {
      time.scope.cancelRequested.catch(onStopRequested);
      return body();
    });
  } catch (thrown) {
    if (thrown instanceof ContinueAsNew) throw thrown;
    const cancelled = CancellationScope.current().consideredCancelled;
    end = endOfThrown(thrown, { cancelled, timeoutMs: timeout_ms });
  } finally {
    time.over();
  }
  // Version 1 published an end that the server could still refuse.
  const checked = (one: RunEnd<Result>, beside: unknown) => (events.engine === 1 ? one : sendableEnd(one, beside));
  // Results of single agents are in the history once already; repeating them would double it.
  const agents = outcomes.map(({ result: _result, ...rest }) => rest);
  const first = checked(end, agents);
  // A run that ended in the middle of an undo would leave the rest undone, and nobody would say so.
  const cutOff = events.engine > 1 && undos.isUndoing() ? await undos.cutOff() : [];
  const undone = [...cutOff, ...(needsUndo(first.status) ? await undos.undo() : [])];
  const last = checked(amend(first, undone), { agents, undone });
  const execution_time_ms = tellEnd(last);
  const { workflowId, workflowType } = workflowInfo();
  const outcome: RunOutcome<Result> = {
    run_id: context.run_id,
    workflow_id: workflowId,
    workflow: workflowType,
    status: last.status,
    execution_time_ms,
    agents,
    result: last.result,
    error: last.error,
    ...(undone.length > 0 && { compensations: undone }),
  };
  if (events.engine === 1) await events.publish();
  else await events.end(outcome);
  return closeAs(outcome, last);
}
