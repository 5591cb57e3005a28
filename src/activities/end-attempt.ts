import { ApplicationFailure, CancelledFailure, type Context } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import type { AnyAgent } from '../agents/define-agent.ts';
import type { AgentCall, AgentFailureDetails } from '../contracts/agent-call.ts';
import { QUEUED_AFTER_MS } from '../contracts/names.ts';
import type { FailureType } from '../contracts/names.ts';
import type { AttemptRecord } from './attempt-record.ts';
import type { AttemptSecrets } from './attempt-secrets.ts';
import { classifyFailure, type ClassifiedFailure } from './classify-failure.ts';
import type { EventEmitter } from './event-emitter.ts';
import { isRetried } from './is-retried.ts';
import { NotYet } from './not-yet.ts';
import { retryDelayMs } from './retry-delay.ts';
import { leaveWord } from './start-heartbeat.ts';
import type { stopRequest } from './stop-request.ts';

type Ending = {
  thrown: unknown;
  agent: Pick<AnyAgent, 'name' | 'isolate'>;
  call: AgentCall;
  context: Context;
  emitter: EventEmitter;
  record: AttemptRecord;
  secrets: AttemptSecrets;
  stop: ReturnType<typeof stopRequest>;
  startedAt: number;
  /** Whether the agent itself has run, so that its next run is another one to it. */
  hasBegun: boolean;
};

/** Wait before the attempt that follows one whose worker shut down: the next worker is already there. */
const AFTER_SHUTDOWN_MS = 50;

/** The causes as errors that have their own stacks: those that are made here would lead nowhere. */
function causeChain(causes: ClassifiedFailure['causes']): Error | undefined {
  return causes.reduceRight<Error | undefined>((cause, { message, stack }) => {
    const error = new Error(message, { cause });
    error.stack = stack;
    return error;
  }, undefined);
}

/** Inside a worker a failed allocation is an error like others; a process of its own that ran out is dead. */
function ranOut({ agent }: Ending, type: FailureType): boolean {
  return type === 'OutOfMemory' && agent.isolate !== undefined;
}

function emitEnd(ending: Ending, { type, message }: ClassifiedFailure) {
  const { call, emitter } = ending;
  if (type === 'AgentSilent') return emitter.emit('agent_death', { reason: 'silent', message });
  if (type === 'AgentTimeout') {
    return emitter.emit('agent_death', { reason: 'timeout', message, limit_ms: call.limits.timeout_ms });
  }
  if (type === 'HeartbeatLost') {
    return emitter.emit('agent_death', { reason: 'no_heartbeat', message, limit_ms: call.limits.heartbeat_timeout_ms });
  }
  if (ranOut(ending, type)) return emitter.emit('agent_death', { reason: 'memory', message });
  emitter.emit('agent_error', { error: { type, message } });
}

/** Between two lines of a worker's log that say that attempts wait for a store, in milliseconds. */
const WARN_EVERY_MS = 10_000;
const warned = { at: Number.NEGATIVE_INFINITY, since: 0 };

/** One line for all that wait: thousands of agents may wait for hours. */
function warnOfOutage({ context: { log }, agent }: Ending, message: string) {
  warned.since += 1;
  if (performance.now() - warned.at < WARN_EVERY_MS) return;
  log.warn(`agents wait: ${message}`, { agent: agent.name, attempts: warned.since });
  Object.assign(warned, { at: performance.now(), since: 0 });
}

/** An attempt that only waits: it counts neither as a failure nor as a lost worker, and has ended nothing. */
async function endWaiting(ending: Ending, { message: given, delayMs, queued, outage }: NotYet) {
  const message = ending.secrets.redact(given);
  const { context, emitter, record, startedAt, call, hasBegun } = ending;
  const { info } = context;
  const { earlier } = record;
  // In the workflow's own task nothing can wait for long, and nobody would know that this attempt does not count.
  const postponed = outage && info.isLocal && call.may_be_postponed === true;
  // Until its next attempt it waits for sure. Told now, it comes before the workflow's own guess at the reason.
  const queue_ms = Date.now() - info.scheduledTimestampMs + delayMs;
  const type = outage ? 'NetworkError' : 'RateLimited';
  if (outage) warnOfOutage(ending, message);
  if (!queued) {
    emitter.emit('agent_retrying', { error: { type, message }, next_attempt_in_ms: postponed ? 0 : delayMs });
  } else if (queue_ms > QUEUED_AFTER_MS && !earlier.queued && earlier.failures === 0) {
    emitter.emit('agent_queued', { queue_ms, reason: 'limit' });
    earlier.queued = true;
  }
  const attempts = info.attempt - earlier.waits;
  const as = outage && hasBegun ? 'interruptions' : 'waits';
  earlier[as] += 1;
  earlier.outages = outage ? earlier.outages + 1 : 0;
  leaveWord(context, earlier);
  await Promise.all([emitter.flush(), record.close(as)]);
  const execution_time_ms = Math.ceil(performance.now() - startedAt);
  const details: AgentFailureDetails = { attempts, execution_time_ms, told: false, ...(postponed && { postponed }) };
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: postponed,
    nextRetryDelay: postponed ? undefined : delayMs,
    details: [details],
    // Nothing is wrong with the agent: the SDK need not log a warning for each.
    category: ApplicationFailureCategory.BENIGN,
  });
}

async function endStopped(ending: Ending, stopped: NonNullable<ReturnType<Ending['stop']['outcome']>>) {
  const { emitter, agent, context, record, startedAt } = ending;
  const { earlier } = record;
  const { reason, outcome } = stopped;
  const attempts = context.info.attempt - earlier.waits;
  const execution_time_ms = Math.ceil(performance.now() - startedAt);
  if (reason === 'cancel') {
    // The end is the workflow's to tell: it alone knows when the request came, and hears of an agent that never began.
    void record.close('none', { last: true });
    const { undelivered } = await emitter.flush();
    const details: AgentFailureDetails = { attempts, execution_time_ms, told: false, stopped: outcome, undelivered };
    return new CancelledFailure(`agent ${agent.name} was cancelled (${outcome})`, [details]);
  }
  // A shutdown, pause or reset is a lost worker, not a failure of the agent: it is not counted and nothing has ended.
  const message = `agent ${agent.name} was interrupted: its worker stopped; another attempt follows`;
  const error = { type: 'HeartbeatLost' as const, message };
  if (reason === 'interrupted') {
    emitter.emit('agent_retrying', { error, next_attempt_in_ms: AFTER_SHUTDOWN_MS });
    earlier.interruptions += 1;
    leaveWord(context, earlier);
  }
  await Promise.all([emitter.flush(), record.close(reason === 'interrupted' ? 'interruptions' : 'none')]);
  const details: AgentFailureDetails = { attempts, execution_time_ms, told: false };
  return ApplicationFailure.create({ ...error, nextRetryDelay: AFTER_SHUTDOWN_MS, details: [details] });
}

/**
 * Says how a failed attempt ended: to the user by an event, to Temporal by the failure it returns. Retryable or not is
 * final here, because the server's own count of attempts includes lost workers.
 */
export async function endAttempt(ending: Ending): Promise<ApplicationFailure | CancelledFailure> {
  const { thrown, call, context, emitter, record, secrets, stop, startedAt } = ending;
  const { earlier } = record;
  const stopped = stop.outcome();
  if (stopped) return endStopped(ending, stopped);
  if (thrown instanceof NotYet) return endWaiting(ending, thrown);

  const failure = secrets.redact(classifyFailure(thrown));
  const { type, message, retryAfterMs, effect, stack, causes } = failure;
  earlier.failures += 1;
  earlier.outages = 0;
  leaveWord(context, earlier);
  const retried = isRetried(type, call.limits) && earlier.failures < call.limits.max_attempts;
  const delay = retryDelayMs(earlier.failures, call.limits, retryAfterMs);
  if (retried) emitter.emit('agent_retrying', { error: { type, message }, next_attempt_in_ms: delay });
  // A person may still say what happened to an unknown call: whether this is the end is for the workflow to tell.
  else if (!effect) emitEnd(ending, failure);
  const counted = record.close('failures', { last: !retried });
  const { told, undelivered } = await emitter.flush();
  // The next attempt is to know of this one; where none follows, nobody waits for it.
  if (retried) await counted;
  const details: AgentFailureDetails = {
    attempts: context.info.attempt - earlier.waits,
    execution_time_ms: Math.ceil(performance.now() - startedAt),
    told: told && !retried && !effect,
    ...(effect && { effect }),
    ...(ranOut(ending, type) && { death: 'memory' as const }),
    // Details of an attempt that is retried never reach the workflow.
    ...(!retried && { undelivered }),
  };
  const ended = ApplicationFailure.create({
    type,
    message,
    nonRetryable: !retried,
    nextRetryDelay: retried ? delay : undefined,
    details: [details],
    cause: causeChain(causes),
  });
  // Where the agent threw, instead of where this was made.
  ended.stack = stack;
  return ended;
}
