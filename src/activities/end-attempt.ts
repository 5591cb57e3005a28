import { ApplicationFailure, CancelledFailure, type Context } from '@temporalio/activity';
import type { AgentCall, AgentFailureDetails } from '../contracts/agent-call.ts';
import { classifyFailure, type ClassifiedFailure } from './classify-failure.ts';
import type { EventEmitter } from './event-emitter.ts';
import { isRetried } from './is-retried.ts';
import { retryDelayMs } from './retry-delay.ts';
import type { HeartbeatDetails } from './start-heartbeat.ts';
import type { stopRequest } from './stop-request.ts';

type Ending = {
  thrown: unknown;
  agent: string;
  call: AgentCall;
  context: Context;
  emitter: EventEmitter;
  failures: HeartbeatDetails;
  stop: ReturnType<typeof stopRequest>;
  startedAt: number;
};

/** Wait before the attempt that follows one whose worker shut down: the next worker is already there. */
const AFTER_SHUTDOWN_MS = 50;

function causeChain(messages: string[]): Error | undefined {
  return messages.reduceRight<Error | undefined>((cause, message) => {
    const error = new Error(message, { cause });
    error.stack = undefined;
    return error;
  }, undefined);
}

function emitEnd({ call, emitter }: Ending, { type, message }: ClassifiedFailure) {
  if (type === 'AgentSilent') return emitter.emit('agent_death', { reason: 'silent', message });
  if (type === 'AgentTimeout') {
    return emitter.emit('agent_death', { reason: 'timeout', message, limit_ms: call.limits.timeout_ms });
  }
  emitter.emit('agent_error', { error: { type, message } });
}

async function endStopped(ending: Ending, stopped: NonNullable<ReturnType<Ending['stop']['outcome']>>) {
  const { emitter, agent, context, startedAt } = ending;
  const { reason, outcome, time_to_stop_ms } = stopped;
  const attempts = context.info.attempt;
  const execution_time_ms = Math.ceil(performance.now() - startedAt);
  if (reason === 'cancel') {
    emitter.emit('agent_cancelled', { outcome, time_to_stop_ms });
    const details: AgentFailureDetails = { attempts, execution_time_ms, told: await emitter.flush() };
    return new CancelledFailure(`agent ${agent} was cancelled (${outcome})`, [details]);
  }
  // A shutdown, pause or reset is a lost worker, not a failure of the agent: it is not counted and nothing has ended.
  const message = `agent ${agent} was interrupted: its worker stopped; another attempt follows`;
  const error = { type: 'HeartbeatLost' as const, message };
  if (reason === 'interrupted') emitter.emit('agent_retrying', { error, next_attempt_in_ms: AFTER_SHUTDOWN_MS });
  await emitter.flush();
  const details: AgentFailureDetails = { attempts, execution_time_ms, told: false };
  return ApplicationFailure.create({ ...error, nextRetryDelay: AFTER_SHUTDOWN_MS, details: [details] });
}

/**
 * Says how a failed attempt ended: to the user by an event, to Temporal by the failure it returns. Retryable or not is
 * final here, because the server's own count of attempts includes lost workers.
 */
export async function endAttempt(ending: Ending): Promise<ApplicationFailure | CancelledFailure> {
  const { thrown, call, context, emitter, failures, stop, startedAt } = ending;
  const stopped = stop.outcome();
  if (stopped) return endStopped(ending, stopped);

  const failure = classifyFailure(thrown);
  const { type, message, retryAfterMs, causes } = failure;
  failures.failures += 1;
  context.heartbeat(failures);
  const retried = isRetried(type, call.limits) && failures.failures < call.limits.max_attempts;
  const delay = retryDelayMs(failures.failures, call.limits, retryAfterMs);
  if (retried) emitter.emit('agent_retrying', { error: { type, message }, next_attempt_in_ms: delay });
  else emitEnd(ending, failure);
  const flushed = await emitter.flush();
  const details: AgentFailureDetails = {
    attempts: context.info.attempt,
    execution_time_ms: Math.ceil(performance.now() - startedAt),
    told: flushed && !retried,
  };
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: !retried,
    nextRetryDelay: retried ? delay : undefined,
    details: [details],
    cause: causeChain(causes),
  });
}
