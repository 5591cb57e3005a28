// Runs inside the workflow sandbox.
import { ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { AgentLimits } from '../contracts/agent-call.ts';
import { LOCAL_TIMEOUT_MS, UNDO_PREFIX } from '../contracts/names.ts';
import type { AgentOutcome } from '../contracts/run.ts';
import type { RunStart } from '../contracts/run-start.ts';
import type { Undo } from '../contracts/undo.ts';
import { answerAgent, attemptsOf, isAsking, type AskingEnd } from './answer-agent.ts';
import { callAgent, tellStopped, type CallEnd, type CallOptions } from './call-agent.ts';
import type { Approvals } from './approvals.ts';
import type { CurrentDetails } from './current-details.ts';

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

type Options = Pick<CallOptions, 'events' | 'queueWatch' | 'cancelledAt'> & {
  start: RunStart<unknown>;
  undos: Undo[];
  ask: Approvals['ask'];
  details: CurrentDetails;
};

type Call = {
  agent: string;
  input: unknown;
  options: AgentOptions;
  /** What an agent that is about to start must wait for, if there is anything. */
  held?: () => Promise<void> | undefined;
};

function limitsOf(agent: string, { limits }: RunStart<unknown>, own: AgentOptions['limits']): AgentLimits {
  const known = limits[agent];
  if (!known) throw ApplicationFailure.nonRetryable(`no limits for agent ${agent} in the run's input`, 'InvalidInput');
  const merged = { ...known, ...own };
  if (merged.local && merged.timeout_ms > LOCAL_TIMEOUT_MS) {
    const message = `agent ${agent} is local: its limit may be ${LOCAL_TIMEOUT_MS} ms at most, not ${merged.timeout_ms}`;
    throw ApplicationFailure.nonRetryable(message, 'InvalidInput');
  }
  return merged;
}

/** `begun`: the agent was handed to a worker; one that a pause holds up was not, and nobody has heard of it. */
type Active = { agent: string; agent_run: string; begun: boolean };

/** Names and makes the calls of a run's agents, and knows which are under way. */
export function createAgentCalls({ start, undos, details, ask, ...shared }: Options) {
  const { context, generation = 0, reused = {}, carried, fairness_key: fairnessKey } = start;
  const active = new Map<string, Active>();
  const occurrences = new Map(Object.entries(carried?.occurrences ?? {}));
  const unassigned: { of?: string }[] = [];

  function nextAgentRun(name: string): string {
    const occurrence = (occurrences.get(name) ?? 0) + 1;
    occurrences.set(name, occurrence);
    return `${name}-${occurrence}`;
  }

  /** Calls an agent, once nothing holds it up; what came of it also goes to `outcomes`, if they are given. */
  async function call({ agent, input, options, held }: Call, outcomes?: AgentOutcome[]): Promise<AgentOutcome> {
    const limits = limitsOf(agent, start, options.limits);
    const { agentRun = nextAgentRun(agent), step = null, of = null, parent = null } = options;
    const undoes = agentRun.startsWith(UNDO_PREFIX);
    // What undoes something in this generation has nothing to do with what undid it in an earlier one.
    const anew = undoes ? generation || undefined : start.anew?.[agentRun];
    const known = { agent_run: agentRun, ...(anew !== undefined && { anew }) };
    if (!undoes) for (const entry of unassigned.splice(0)) entry.of = agentRun;
    const earlier = reused[agentRun];
    // Registered before the call: a call whose outcome nobody heard of may have happened all the same.
    if (limits.compensates) undos.push({ undo: agentRun, agent, step, ...(anew !== undefined && { anew }) });
    if (earlier) {
      const outcome = { success: true, agent, recovered: earlier.attempts > 1, ...earlier };
      outcomes?.push(outcome);
      details.ended(agentRun, agent, outcome);
      return outcome;
    }
    const about: Active = { agent, agent_run: agentRun, begun: false };
    active.set(agentRun, about);
    details.began(agentRun, agent, held !== undefined);
    let made: CallOptions['call'] = { context, input, ...known, generation, step, of, parent, limits };
    let ended: AgentOutcome | undefined;
    let waiting: AskingEnd | undefined;
    try {
      for (let asked = 1; !ended; asked += 1) {
        // Awaited only where there is something: each promise of a workflow costs a stack trace.
        const wait = held?.();
        if (wait) await wait;
        about.begun = true;
        waiting = undefined;
        const called = callAgent({ ...shared, agent, call: made, fairnessKey });
        let end: CallEnd;
        try {
          end = called.returned(await called.activity());
        } catch (thrown) {
          end = called.failed(thrown);
        }
        if (isAsking(end)) {
          waiting = end;
          const answered = await answerAgent(end, { agent, call: made, asked, ask });
          // Each answer is a new execution of the same `agent_run`.
          if ('call' in answered) made = answered.call;
          else ended = answered.outcome;
        } else {
          ended = end.outcome;
        }
      }
      outcomes?.push(ended);
      return ended;
    } catch (thrown) {
      // Between two executions there is no activity that could tell how the agent stopped.
      if (waiting && isCancellation(thrown))
        tellStopped({ ...shared, agent, call: made }, { attempts: attemptsOf(waiting) });
      throw thrown;
    } finally {
      active.delete(agentRun);
      details.ended(agentRun, agent, ended);
    }
  }

  return {
    call,
    active,
    /** An undo that does not say what it undoes belongs to the next call. */
    assign: (entry: { of?: string }) => void unassigned.push(entry),
    occurrences: () => Object.fromEntries(occurrences),
  };
}
