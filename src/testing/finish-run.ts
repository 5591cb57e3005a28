import type { RunHandle } from '../client.ts';
import { checkGiven, durationFault, MAX_WAIT_MS } from '../contracts/number-fault.ts';
import { optionsFault, type OptionNames } from '../contracts/option-names.ts';
import type { BatonEvent } from '../contracts/event.ts';
import type { Failure } from '../contracts/failure.ts';
import type { AgentOutcome, RunOutcome } from '../contracts/run.ts';
import { emptyFeed, foldFeed } from '../feed/fold.ts';
import type { FoldedRun } from '../feed/folded.ts';
import { answerQuestion, type Answers } from './answer-question.ts';
import { feedLines } from './feed-lines.ts';
import type { ResultOf, Runnable, RunResultOf } from './runnable.ts';

/** A run that has ended, whichever way. */
export type FinishedRun<What extends Runnable = Runnable> = {
  runId: string;
  workflowId: string;
  /** Status, result, what became of each agent, and the failure. */
  outcome: RunOutcome<RunResultOf<What>>;
  /** Of an agent that was run by itself the agent's result, else the run's; undefined of a run that failed. */
  result: ResultOf<What> | undefined;
  /** Why it failed. */
  error: Failure | undefined;
  /** All that its user was told, in order. */
  events: BatonEvent[];
  /** The run as its user sees it at the end. */
  feed: FoldedRun;
};

export type FinishOptions = {
  /** What the user decides when the run asks. @default nothing */
  answers?: Answers;
  /** How long the run may take, in milliseconds. @default 30000 */
  waitMs?: number;
};

type How = FinishOptions & { isAgent: boolean; alone: boolean };

const OPTIONS: OptionNames<How> = { answers: true, waitMs: true, isAgent: true, alone: true };

function notEnded(run: RunHandle, { events, waitMs }: { events: readonly BatonEvent[]; waitMs: number }): Error {
  const told = feedLines(events).map(({ line }) => `  ${line}`);
  const soFar = told.length > 0 ? `; its feed so far:\n${told.join('\n')}` : '; its feed is empty';
  return new Error(`run ${run.workflowId} has not ended after ${waitMs} ms${soFar}`);
}

/**
 * Waits for the end of a run and answers what it asks. `alone`: nobody else has the run to answer it.
 *
 * @throws Error with the feed so far when the run takes too long, or asks what nothing answers
 */
export async function finishRun<What extends Runnable>(run: RunHandle, how: How): Promise<FinishedRun<What>> {
  const { answers, waitMs = 30_000, isAgent, alone } = how;
  checkGiven('', {
    'the options of a finish': optionsFault(how, OPTIONS),
    waitMs: durationFault(waitMs, { most: MAX_WAIT_MS }),
  });
  const until = Date.now() + waitMs;
  const signal = AbortSignal.timeout(waitMs);
  const events: BatonEvent[] = [];
  for await (const event of run.events({ signal })) {
    events.push(event);
    if (event.type === 'approval_requested') await answerQuestion(run, event.payload, { answers, until, alone });
  }
  if (signal.aborted) throw notEnded(run, { events, waitMs });
  const outcome = (await run.result()) as RunOutcome<RunResultOf<What>>;
  const own = isAgent ? (outcome.result as AgentOutcome | undefined)?.result : outcome.result;
  return {
    runId: run.runId,
    workflowId: run.workflowId,
    outcome,
    result: (outcome.error ? undefined : own) as ResultOf<What> | undefined,
    error: outcome.error,
    events,
    feed: events.reduce(foldFeed, emptyFeed()).runs[0] as FoldedRun,
  };
}
