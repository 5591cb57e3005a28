// Runs inside the workflow sandbox.
import {
  CancellationScope,
  CancelledFailure,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { AgentCall, AgentReturn, UnknownEffect } from '../contracts/agent-call.ts';
import type { Question } from '../contracts/run-messages.ts';
import type { AgentOutcome } from '../contracts/run.ts';
import { agentActivityOptions, localAgentOptions } from './agent-activity-options.ts';
import { agentFailure, type AgentFailureReport } from './agent-failure.ts';
import type { RunEvents } from './run-events.ts';
import type { QueueWatch } from './queue-watch.ts';
import { summaryOf } from './summary-of.ts';

type AgentActivities = Record<string, (call: AgentCall) => Promise<AgentReturn>>;

export type CallOptions = {
  agent: string;
  call: Omit<AgentCall, 'events'>;
  events: RunEvents;
  queueWatch: QueueWatch;
  fairnessKey?: string;
  /** Version of the orchestration; see `engineVersion`. */
  version: 1 | 2;
  /** When the run was asked to stop, in milliseconds since 1970. */
  cancelledAt: () => number | undefined;
};

/** How one execution ended: with an outcome, or with something that only the user can answer. */
export type CallEnd =
  | { outcome: AgentOutcome; calls?: number; question?: undefined; effect?: undefined }
  /** A store was down: nothing has ended, and this is to be called instead. */
  | { instead: CallOptions['call']; attempts: number; outcome?: undefined; question?: undefined; effect?: undefined }
  | { question: Question; attempts: number; outcome?: undefined; effect?: undefined }
  | { effect: UnknownEffect; question?: undefined; outcome: AgentOutcome; tellEnd: () => void }
  | (StoppedCall & { question?: undefined; effect?: undefined; outcome?: undefined });

/** How an execution ended whose run was stopped. */
export type StoppedCall = {
  stopped: AgentFailureReport;
  /** Whether the server heard of the call: in a run that is being stopped it may be refused at once. */
  isMade: boolean;
  /** Says so to the user, unless the activity has. */
  tellStop: (known?: { attempts: number; counted: true }) => void;
  /** What stopped it, a `CancelledFailure`. */
  thrown: unknown;
};

function aboutOf({ agent, call: { agent_run, step, of, parent } }: Pick<CallOptions, 'agent' | 'call'>) {
  return { agent, agent_run, step, of, parent };
}

/** The activity's type is the agent's name already. */
function summaryOfCall({ agent_run, step, of, parent, answers, effect_answers }: CallOptions['call']): string {
  const words = [agent_run];
  if (step !== null && of !== null) words.push(`(one of ${of} steps)`);
  if (parent !== null) words.push(`for ${parent}`);
  const answered = (answers?.length ?? 0) + (effect_answers?.length ?? 0);
  if (answered > 0) words.push(`goes on after answer ${answered}`);
  return summaryOf(...words);
}

function schedule({ agent, call, fairnessKey, version }: CallOptions) {
  const { limits } = call;
  const summary = summaryOfCall(call);
  const activities = limits.local
    ? proxyLocalActivities<AgentActivities>(localAgentOptions(limits, { summary, version }))
    : proxyActivities<AgentActivities>(agentActivityOptions(limits, { fairnessKey, summary, version }));
  return activities[agent] as AgentActivities[string];
}

/** `counted`: the attempts are those of the store, as none of them has said how it ended. */
type Stopped = { attempts: number; counted?: boolean; outcome?: 'stopped' | 'abandoned' };

/** Tells that an agent has stopped because its run was asked to. */
export function tellStopped(
  options: Pick<CallOptions, 'agent' | 'call' | 'events' | 'cancelledAt'>,
  { attempts, counted = false, outcome = 'stopped' }: Stopped,
) {
  const time_to_stop_ms = Date.now() - (options.cancelledAt() ?? Date.now());
  // An event is of the first attempt at least.
  const verdict = { ...aboutOf(options), attempt: Math.max(1, attempts), final: true };
  const known = counted && { attempts };
  options.events.emit('agent_cancelled', { outcome, time_to_stop_ms, ...known }, verdict);
}

type Ended = AgentFailureReport & Pick<Stopped, 'counted'>;

function tellEnd(options: CallOptions, { error, death, attempts, counted, stopped }: Ended, startedAt: number) {
  const { events, call } = options;
  if (error.type === 'Cancelled') return tellStopped(options, { attempts, counted, outcome: stopped });
  const verdict = { ...aboutOf(options), attempt: attempts, final: true };
  if (!death) return events.emit('agent_error', { error }, verdict);
  const limit_ms = death === 'no_heartbeat' ? call.limits.heartbeat_timeout_ms : call.limits.timeout_ms;
  const told = { reason: death, message: error.message, execution_time_ms: Date.now() - startedAt };
  events.emit('agent_death', { ...told, ...(death !== 'memory' && { limit_ms }) }, verdict);
}

/** A worker that was lost while its agent was being cancelled has stopped in no way that anybody can vouch for. */
function lostInCancel(report: AgentFailureReport): AgentFailureReport {
  return { ...report, error: { ...report.error, type: 'Cancelled' }, death: undefined, stopped: 'abandoned' };
}

/** What only an outbox holds is lost with its worker's disk. The run does not wait for it, but for its last events. */
function deliver(events: RunEvents, undelivered: AgentCall['events'] | undefined) {
  if (!undelivered) return;
  events.putBack(undelivered);
  void events.publish({ durable: true });
}

type Failed = { thrown: unknown; startedAt: number; taken: AgentCall['events']; isMade: boolean };

function endOfFailure(options: CallOptions, { thrown, startedAt, taken, isMade }: Failed): CallEnd {
  const { agent, call, events } = options;
  const failure = agentFailure(agent, thrown, call.limits);
  const cancelled = isCancellation(thrown) || CancellationScope.current().consideredCancelled;
  const report = cancelled && !isCancellation(thrown) && !failure.told ? lostInCancel(failure) : failure;
  const { attempts, error, effect } = report;
  if (report.postponed && !cancelled) {
    events.putBack(taken);
    return { instead: { ...call, limits: { ...call.limits, local: undefined } }, attempts };
  }
  const tell = (known: Partial<Ended> = {}) => {
    if (!report.told) tellEnd(options, { ...report, ...known }, startedAt);
  };
  if (report.told) events.confirm(taken);
  // An agent that was cancelled before a worker took it has delivered nothing.
  else events.putBack(taken);
  deliver(events, failure.undelivered);
  if (!effect && !cancelled) tell();
  if (cancelled) {
    const why = isCancellation(thrown) ? thrown : new CancelledFailure('the run was cancelled');
    return { stopped: report, isMade, tellStop: tell, thrown: why };
  }
  const execution_time_ms = Date.now() - startedAt;
  const outcome = { success: false, agent, attempts, execution_time_ms, recovered: false, error };
  return effect ? { effect, outcome, tellEnd: tell } : { outcome };
}

/** Only where the workflow knows what to do then. */
function postponable({ call: { limits }, version }: CallOptions) {
  return limits.local && version === 2 ? { may_be_postponed: true } : {};
}

/**
 * Runs one agent as the activity of its name: `activity` is to be awaited, and one of the other two says how it ended; a
 * failing agent is an outcome. Where the activity could not tell its end, or the server decided otherwise, the workflow's
 * verdict is queued as an event. How a cancelled agent stopped is always told by the workflow: it alone knows when the
 * request came.
 *
 * In three parts, and not one async function: each promise costs the workflow a stack trace, and a function that is
 * awaited in another costs two of them for each agent.
 */
export function callAgent(options: CallOptions) {
  const { agent, call, events } = options;
  const startedAt = Date.now();
  const { historyLength } = workflowInfo();
  const taken = call.limits.local ? events.takeLocal() : events.take();
  const begun = call.limits.local ? undefined : options.queueWatch.add(taken, aboutOf(options));
  return {
    activity: () => schedule(options)({ ...call, events: taken, ...postponable(options) }),
    returned(value: AgentReturn): CallEnd {
      begun?.();
      const { result, attempts, execution_time_ms, recovered, told, undelivered, question, calls } = value;
      if (told) events.confirm(taken);
      else events.putBack(taken);
      deliver(events, undelivered);
      if (question) return { question, attempts };
      if (!told) {
        const verdict = { ...aboutOf(options), attempt: attempts, final: true };
        events.emit('agent_completed', { result: null, execution_time_ms, recovered }, verdict);
      }
      return { outcome: { success: true, agent, attempts, execution_time_ms, recovered, result }, calls };
    },
    failed(thrown: unknown): CallEnd {
      begun?.();
      // What fails in the task that made it was refused, and no worker was ever given it.
      const isMade = workflowInfo().historyLength !== historyLength;
      return endOfFailure(options, { thrown, startedAt, taken, isMade });
    },
  };
}
