// Runs inside the workflow sandbox.
import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  defineQuery,
  isCancellation,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { z } from 'zod';
import type { AnyAgent } from '../agents/define-agent.ts';
import type { Failure } from '../contracts/failure.ts';
import { SEARCH_ATTRIBUTES, STATE_QUERY, type RunStatus } from '../contracts/names.ts';
import type { AgentOutcome, RunOutcome } from '../contracts/run.ts';
import type { RunStart, RunState } from '../contracts/run-start.ts';
import { callAgent } from './call-agent.ts';
import { publishEvents } from './publish-events.ts';
import { createRunEvents } from './run-events.ts';

const STATUS = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, SearchAttributeType.KEYWORD);

/** How a run's own logic ends: a status and what the caller gets. */
export type RunEnd<Result> = { status: RunStatus; summary: string; result?: Result; error?: Failure };

type Agents = Record<string, AnyAgent>;

/**
 * The frame of every run: its events, its agents, its deadline, its state and its end. `body` holds the orchestration
 * and returns how the run ended; whatever it throws ends the run as failed, cancelled or timed out, and is told.
 */
export function openRun<OwnAgents extends Agents>(start: RunStart, planned: readonly (keyof OwnAgents & string)[]) {
  const { context, limits } = start;
  const { workflowId, workflowType, startTime } = workflowInfo();
  const events = createRunEvents(context);
  const outcomes: AgentOutcome[] = [];
  const active = new Set<string>();
  const occurrences = new Map<string, number>();
  let status: RunStatus = 'running';
  setHandler(defineQuery<RunState>(STATE_QUERY), () => ({ status, active: [...active], agents: outcomes }));

  async function agent<Name extends keyof OwnAgents & string>(
    name: Name,
    input: z.input<OwnAgents[Name]['input']>,
  ): Promise<AgentOutcome<z.output<OwnAgents[Name]['output']>>> {
    const own = limits[name];
    if (!own) throw ApplicationFailure.nonRetryable(`no limits for agent ${name} in the run's input`, 'InvalidInput');
    const occurrence = (occurrences.get(name) ?? 0) + 1;
    occurrences.set(name, occurrence);
    active.add(name);
    try {
      const outcome = await callAgent({
        agent: name,
        agentRun: `${name}-${occurrence}`,
        input,
        limits: own,
        context,
        events,
      });
      outcomes.push(outcome);
      return outcome as AgentOutcome<z.output<OwnAgents[Name]['output']>>;
    } finally {
      active.delete(name);
    }
  }

  function outcomeOf<Result>(end: RunEnd<Result>): RunOutcome<Result> {
    return {
      run_id: context.run_id,
      workflow_id: workflowId,
      workflow: workflowType,
      status: end.status,
      execution_time_ms: Date.now() - startTime.getTime(),
      // Results of single agents are in the history once already; repeating them would double it.
      agents: outcomes.map(({ result: _result, ...outcome }) => outcome),
      result: end.result,
      error: end.error,
    };
  }

  async function close<Result>(end: RunEnd<Result>): Promise<RunOutcome<Result>> {
    status = end.status;
    const outcome = outcomeOf(end);
    const type =
      end.status === 'cancelled'
        ? 'run_cancelled'
        : end.status === 'failed' || end.status === 'timed_out'
          ? 'run_failed'
          : 'run_completed';
    const { execution_time_ms = 0 } = outcome;
    events.emit(type, { status, summary: end.summary, execution_time_ms, error: end.error });
    upsertSearchAttributes([{ key: STATUS, value: status }]);
    await publishEvents(events.take());
    return outcome;
  }

  function endOf(thrown: unknown, cancelledFromOutside: boolean): RunEnd<never> {
    if (!isCancellation(thrown)) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      return { status: 'failed', summary: message, error: { type: 'AgentFailed', message } };
    }
    if (cancelledFromOutside) return { status: 'cancelled', summary: 'The run was cancelled.' };
    const message = `the run timed out after its limit of ${start.timeout_ms} ms`;
    return { status: 'timed_out', summary: message, error: { type: 'AgentTimeout', message } };
  }

  async function finish<Result>(body: () => Promise<RunEnd<Result>>): Promise<RunOutcome<Result>> {
    events.emit('run_started', { workflow: workflowType, agents: [...planned] });
    let end: RunEnd<Result>;
    try {
      end = await CancellationScope.withTimeout(start.timeout_ms, body);
    } catch (thrown) {
      end = endOf(thrown, CancellationScope.current().consideredCancelled);
    }
    const outcome = await close(end);
    if (end.status === 'cancelled') throw new CancelledFailure('the run was cancelled', [outcome]);
    if (end.status !== 'failed' && end.status !== 'timed_out') return outcome;
    throw ApplicationFailure.create({
      type: end.error?.type,
      message: end.summary,
      nonRetryable: true,
      details: [outcome],
    });
  }

  return { agent, finish, events };
}
