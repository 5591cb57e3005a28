// Runs inside the workflow sandbox.
import {
  ApplicationFailure,
  CancellationScope,
  ContinueAsNew,
  continueAsNew,
  defineQuery,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { z } from 'zod';
import type { AnyAgent } from '../agents/define-agent.ts';
import type { AgentLimits } from '../contracts/agent-call.ts';
import { SEARCH_ATTRIBUTES, STATE_QUERY, type RunStatus } from '../contracts/names.ts';
import type { AgentOutcome, RunOutcome } from '../contracts/run.ts';
import type { RunStart, RunState } from '../contracts/run-start.ts';
import { callAgent } from './call-agent.ts';
import { closeAs, endEventOf, endOfThrown, type RunEnd } from './run-end.ts';
import { createRunEvents } from './run-events.ts';

const STATUS = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, SearchAttributeType.KEYWORD);

type Agents = Record<string, AnyAgent>;

/** How one call of an agent differs from the agent's own definition. */
export type AgentOptions = {
  /** Names this execution in the run; unique. @default `<agent>-<n>`, counted by agent */
  agentRun?: string;
  /** Id of the plan's step, and number of steps. */
  step?: string;
  of?: number;
  /** The `agent_run` that asked for this one. */
  parent?: string;
  /** Limits of this call that differ from the agent's. */
  limits?: Partial<AgentLimits>;
};

/**
 * The frame of every run: its events, its agents, its deadline, its state and its end. `body` holds the orchestration
 * and returns how the run ended; whatever it throws ends the run as failed, cancelled or timed out, and is told. Agents
 * may run side by side.
 */
export function openRun<OwnAgents extends Agents, Input = unknown>(
  start: RunStart<Input>,
  planned: readonly (keyof OwnAgents & string)[],
) {
  const { context, limits, generation = 0, reused = {}, carried } = start;
  const { workflowId, workflowType, startTime } = workflowInfo();
  const events = createRunEvents(context, generation);
  const outcomes: AgentOutcome[] = carried?.outcomes ?? [];
  const active = new Set<string>();
  const occurrences = new Map(Object.entries(carried?.occurrences ?? {}));
  let status: RunStatus = 'running';
  setHandler(defineQuery<RunState>(STATE_QUERY), () => ({ status, active: [...active], agents: outcomes }));

  function nextAgentRun(name: string): string {
    const occurrence = (occurrences.get(name) ?? 0) + 1;
    occurrences.set(name, occurrence);
    return `${name}-${occurrence}`;
  }

  async function outcomeOf(agent: string, input: unknown, options: AgentOptions): Promise<AgentOutcome> {
    const own = limits[agent];
    if (!own) throw ApplicationFailure.nonRetryable(`no limits for agent ${agent} in the run's input`, 'InvalidInput');
    const { agentRun = nextAgentRun(agent), step = null, of = null, parent = null } = options;
    const earlier = reused[agentRun];
    if (earlier) return { success: true, agent, recovered: earlier.attempts > 1, ...earlier };
    active.add(agentRun);
    try {
      const call = { context, input, agent_run: agentRun, generation, step, of, parent };
      return await callAgent({ agent, call: { ...call, limits: { ...own, ...options.limits } }, events });
    } finally {
      active.delete(agentRun);
    }
  }

  /**
   * Runs an agent and returns its outcome; a failing agent is an outcome.
   *
   * @throws CancelledFailure when the run is cancelled or out of time, after the agent has stopped
   */
  async function agent<Name extends keyof OwnAgents & string>(
    name: Name,
    input: z.input<OwnAgents[Name]['input']>,
    options: AgentOptions = {},
  ): Promise<AgentOutcome<z.output<OwnAgents[Name]['output']>>> {
    const outcome = await outcomeOf(name, input, options);
    outcomes.push(outcome);
    return outcome as AgentOutcome<z.output<OwnAgents[Name]['output']>>;
  }

  async function close<Result>(end: RunEnd<Result>): Promise<RunOutcome<Result>> {
    status = end.status;
    const execution_time_ms = Date.now() - startTime.getTime();
    events.emit(endEventOf(status), { status, summary: end.summary, execution_time_ms, error: end.error });
    upsertSearchAttributes([{ key: STATUS, value: status }]);
    await events.publish();
    return {
      run_id: context.run_id,
      workflow_id: workflowId,
      workflow: workflowType,
      status,
      execution_time_ms,
      // Results of single agents are in the history once already; repeating them would double it.
      agents: outcomes.map(({ result: _result, ...outcome }) => outcome),
      result: end.result,
      error: end.error,
    };
  }

  function tellStart() {
    if (carried) events.putBack(carried.events);
    else if (generation > 0) events.emit('run_restarted', { by: start.by ?? context.user_id, action: 'retry' });
    else events.emit('run_started', { workflow: workflowType, agents: [...planned] });
  }

  /** Runs the orchestration to its end. */
  async function finish<Result>(body: () => Promise<RunEnd<Result>>): Promise<RunOutcome<Result>> {
    tellStart();
    const timeoutMs = start.timeout_ms;
    const left = Math.max(1, startTime.getTime() + timeoutMs - Date.now());
    let end: RunEnd<Result>;
    try {
      end = await CancellationScope.withTimeout(left, body);
    } catch (thrown) {
      if (thrown instanceof ContinueAsNew) throw thrown;
      end = endOfThrown(thrown, { cancelled: CancellationScope.current().consideredCancelled, timeoutMs });
    }
    return closeAs(await close(end), end.summary);
  }

  /**
   * Goes on as a new part of the same run with an empty history. No agent may be running; what the frame knows is taken
   * along, what the orchestration knows must be in `input`.
   */
  function continueWith(input: Input): Promise<never> {
    const known = { outcomes, occurrences: Object.fromEntries(occurrences), events: events.take() };
    return continueAsNew<(next: RunStart<Input>) => Promise<unknown>>({ ...start, input, carried: known });
  }

  return { agent, finish, continueWith, events };
}
