// Runs inside the workflow sandbox.
import { isCancellation, type CancellationScope } from '@temporalio/workflow';
import { UNDO_PREFIX } from '../contracts/names.ts';
import { notJson } from '../contracts/json-faults.ts';
import { RUN_BOUNDS } from '../contracts/run-bounds.ts';
import type { AgentOutcome } from '../contracts/run.ts';
import type { Failure } from '../contracts/failure.ts';
import { ledgerName } from '../contracts/ledger-name.ts';
import type { RunStart } from '../contracts/run-start.ts';
import type { EffectsUndo, Undo } from '../contracts/undo.ts';
import { answerAgent, attemptsOf, isAsking } from './answer-agent.ts';
import { createAttemptCounts } from './attempt-counts.ts';
import { callLimits, type AgentOptions } from './call-limits.ts';
import { callAgent, tellStopped, type CallEnd, type CallOptions, type StoppedCall } from './call-agent.ts';
import type { Approvals } from './approvals.ts';
import type { CurrentDetails } from './current-details.ts';
import type { About } from './run-events.ts';
import { bytesOf, type TaskBudget } from './schedule-budget.ts';
import { createTurns, type Turns } from './turns.ts';

type Options = Pick<CallOptions, 'events' | 'queueWatch' | 'cancelledAt'> & {
  start: RunStart<unknown>;
  undos: Undo[];
  ask: Approvals['ask'];
  details: CurrentDetails;
  version: 1 | 2;
  /** Scope that no cancel reaches. */
  shield: CancellationScope;
  budget: TaskBudget;
  /** @throws ApplicationFailure `RunTooLarge` where the run has no room for one more agent */
  checkRoom: () => void;
};

type Call = {
  agent: string;
  input: unknown;
  options: AgentOptions;
  /** What an agent that is about to start must wait for, if there is anything. */
  held?: () => Promise<void> | undefined;
};

/** How often an agent had been tried when it was stopped with its run, and what it had failed with by then, if it had. */
export type AgentStop = { attempts: number; error?: Failure };

/** Limits, names and events that a call carries, about. */
const ENVELOPE_BYTES = 1_000;

/** `begun`: the agent was handed to a worker; one that a pause holds up was not, and nobody has heard of it. */
type Active = { agent: string; agent_run: string; begun: boolean };

/** Names and makes the calls of a run's agents, and knows which are under way. */
export function createAgentCalls({
  start,
  undos,
  details,
  ask,
  version,
  shield,
  budget,
  checkRoom,
  ...shared
}: Options) {
  const { context, generation = 0, reused = {}, carried, fairness_key: fairnessKey, incarnation } = start;
  const active = new Map<string, Active>();
  const occurrences = new Map(Object.entries(carried?.occurrences ?? {}));
  const unassigned: { of?: string }[] = [];
  const stops = new Map<string, AgentStop>();
  const countAttempts = createAttemptCounts(shield);
  const turns = createTurns({ most: RUN_BOUNDS.agentsAtOnce, budget, shield });
  const localTurns = createTurns({ most: RUN_BOUNDS.localAgentsAtOnce, budget, shield });
  /** What each call carries beside its input. */
  const envelopeBytes = ENVELOPE_BYTES + bytesOf(context);

  function nextAgentRun(name: string): string {
    const occurrence = (occurrences.get(name) ?? 0) + 1;
    occurrences.set(name, occurrence);
    return `${name}-${occurrence}`;
  }

  /** Waits until the run is not paused and it is the agent's turn; undefined where it may begin at once. */
  function turnOf(kind: Turns, bytes: number, held: Call['held']): Promise<void> | undefined {
    const paused = held?.();
    if (paused) return paused.then(() => turnOf(kind, bytes, held));
    return kind.take(bytes)?.then(() => {
      const again = held?.();
      if (!again) return undefined;
      // It was paused while others had their turn.
      kind.leave();
      return again.then(() => turnOf(kind, bytes, held));
    });
  }

  /** Why an input cannot be sent as it is: JSON would change it, or Temporal would not take it. */
  function unsendable(
    agent: string,
    { bytes, faults }: { bytes: number; faults: string | undefined },
  ): Failure | undefined {
    if (faults) return { type: 'InvalidInput', message: `the input of agent ${agent} is not JSON: ${faults}` };
    if (bytes <= RUN_BOUNDS.agentInputBytes) return undefined;
    const what = `the input of agent ${agent} has ${bytes} bytes as JSON, more than ${RUN_BOUNDS.agentInputBytes}`;
    return { type: 'PayloadTooLarge', message: `${what}; store large data and pass where it is` };
  }

  /** An input that cannot be sent fails its agent; else it would fail each workflow task of the run. */
  function unsent(agent: string, error: Failure, about: About): AgentOutcome {
    shared.events.emit('agent_error', { error }, { ...about, final: true });
    return { success: false, agent, attempts: 0, execution_time_ms: 0, recovered: false, error };
  }

  /** Undefined where the number that the workflow has is the one to go by. Local agents' attempts are not in the store. */
  function attemptsOfStopped({ stopped, isMade }: StoppedCall, made: CallOptions['call']) {
    if (version === 1 || !stopped.guessed || made.limits.local) return undefined;
    return isMade ? countAttempts(ledgerName(made)) : 0;
  }

  /** Calls an agent, once nothing holds it up; what came of it also goes to `outcomes`, if they are given. */
  async function call({ agent, input, options, held }: Call, outcomes?: AgentOutcome[]): Promise<AgentOutcome> {
    const limits = callLimits(agent, options, { start, version });
    const { agentRun = nextAgentRun(agent), step = null, of = null, parent = null } = options;
    const undoes = agentRun.startsWith(UNDO_PREFIX);
    // What undoes something in this generation has nothing to do with what undid it in an earlier one.
    const anew = undoes ? generation || undefined : start.anew?.[agentRun];
    const known = { agent_run: agentRun, ...(anew !== undefined && { anew }) };
    if (!undoes) for (const entry of unassigned.splice(0)) entry.of = agentRun;
    const earlier = reused[agentRun];
    // Registered before the call: a call whose outcome nobody heard of may have happened all the same.
    const own: EffectsUndo & { step: string | null } = {
      undo: agentRun,
      agent,
      step,
      ...(anew !== undefined && { anew }),
    };
    if (limits.compensates) undos.push(own);
    if (earlier) {
      const outcome = { success: true, agent, recovered: earlier.attempts > 1, ...earlier };
      outcomes?.push(outcome);
      details.ended(agentRun, agent, outcome);
      return outcome;
    }
    const about: Active = { agent, agent_run: agentRun, begun: false };
    active.set(agentRun, about);
    details.began(agentRun, agent, held !== undefined);
    let made: CallOptions['call'] = { context, input, ...known, generation, step, of, parent, limits, incarnation };
    let ended: AgentOutcome | undefined;
    /** Attempts of the last execution, while there is none that could say how the agent ended. */
    let between: number | undefined;
    const faults = version === 1 ? undefined : notJson(input, ['input']);
    const bytes = version === 1 || faults ? 0 : bytesOf(input);
    const fault = unsendable(agent, { bytes, faults });
    const kind = limits.local ? localTurns : turns;
    // What undoes something has its own turns, so that it never waits for what may have to be undone.
    const takesTurns = version > 1 && !undoes;
    try {
      if (fault) ended = unsent(agent, fault, { agent, agent_run: agentRun, step, of, parent });
      for (let asked = 1; !ended; asked += 1) {
        // What a local agent is given is not in the history. Awaited only where there is something: each promise of a
        // workflow costs a stack trace.
        const turn = takesTurns ? turnOf(kind, limits.local ? 0 : bytes + envelopeBytes, held) : held?.();
        if (turn) await turn;
        let end: CallEnd;
        try {
          if (takesTurns) checkRoom();
          about.begun = true;
          between = undefined;
          const called = callAgent({ ...shared, version, agent, call: made, fairnessKey });
          try {
            end = called.returned(await called.activity());
          } catch (thrown) {
            end = called.failed(thrown);
          }
        } finally {
          if (takesTurns) kind.leave();
        }
        if (limits.local && version > 1 && end.outcome) budget.add(bytesOf(end.outcome.result));
        if ('stopped' in end) {
          const asked = attemptsOfStopped(end, made);
          // Code that calls on whatever happens must hear in the same task that it is refused.
          const counted = typeof asked === 'object' ? await asked : asked;
          const { attempts, told, error } = { ...end.stopped, ...(counted !== undefined && { attempts: counted }) };
          stops.set(agentRun, { attempts, ...(told && { error }) });
          end.tellStop(counted === undefined ? undefined : { attempts: counted, counted: true });
          throw end.thrown;
        }
        if (isAsking(end)) {
          between = attemptsOf(end);
          const answered = await answerAgent(end, { agent, call: made, asked, ask });
          // Each answer is a new execution of the same `agent_run`.
          if ('call' in answered) made = answered.call;
          else ended = answered.outcome;
        } else if (end.outcome) {
          ended = end.outcome;
          if ('calls' in end && end.calls !== undefined) own.calls = end.calls;
        } else {
          made = end.instead;
          if (version > 1) between = end.attempts;
        }
      }
      outcomes?.push(ended);
      return ended;
    } catch (thrown) {
      // Between two executions there is no activity that could tell how the agent stopped.
      if (between !== undefined && isCancellation(thrown)) {
        tellStopped({ ...shared, agent, call: made }, { attempts: between });
        stops.set(agentRun, { attempts: between });
      }
      throw thrown;
    } finally {
      active.delete(agentRun);
      details.ended(agentRun, agent, ended);
    }
  }

  return {
    call,
    active,
    /** Undefined of an agent that was not stopped, or that nobody had handed to a worker yet. */
    stopOf: (agentRun: string) => stops.get(agentRun),
    /** An undo that does not say what it undoes belongs to the next call. */
    assign: (entry: { of?: string }) => void unassigned.push(entry),
    occurrences: () => Object.fromEntries(occurrences),
  };
}
