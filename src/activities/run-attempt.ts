import { Context } from '@temporalio/activity';
import type { AgentContext, AnyAgent, Logger } from '../agents/define-agent.ts';
import type { AgentCall, AgentReturn } from '../contracts/agent-call.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { redact } from '../contracts/redact.ts';
import { shorten } from '../contracts/shorten.ts';
import type { Notifier } from '../notifier/notifier.ts';
import { attemptDeadline } from './attempt-deadline.ts';
import { createEventEmitter, type EventEmitter } from './event-emitter.ts';
import { endAttempt } from './end-attempt.ts';
import { earlierFailures, startHeartbeat } from './start-heartbeat.ts';
import { stopRequest } from './stop-request.ts';
import { createThink } from './create-think.ts';
import { createToolDispatcher } from './tool-dispatcher.ts';

/** Longest result shown in an event, in bytes of JSON, and longest summary of an input, in characters. */
const MAX_RESULT_BYTES = 4_096;
const MAX_SUMMARY = 400;

function summaryOf(input: unknown): string {
  const text = JSON.stringify(shorten(redact(input), MAX_RESULT_BYTES)) ?? '';
  return text.length <= MAX_SUMMARY ? text : `${text.slice(0, MAX_SUMMARY - 1).toWellFormed()}…`;
}

function parseInput(agent: AnyAgent, input: unknown): unknown {
  const parsed = agent.input.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new BatonError('InvalidInput', `agent ${agent.name}: input refused: ${parsed.error.message}`);
}

function parseOutput(agent: AnyAgent, returned: unknown): unknown {
  if (returned === undefined || returned === null) {
    throw new BatonError('AgentSilent', `agent ${agent.name} died silently: it returned nothing`);
  }
  const parsed = agent.output.safeParse(returned);
  if (parsed.success) return parsed.data;
  throw new BatonError(
    'InvalidOutput',
    `agent ${agent.name}: output does not match its schema: ${parsed.error.message}`,
  );
}

function contextOf(
  agent: AnyAgent,
  call: AgentCall,
  parts: { emitter: EventEmitter; signal: AbortSignal; log: Logger },
) {
  const { info } = Context.current();
  const idempotencyKey = `${info.workflowExecution?.workflowId}/${call.agent_run}`;
  return {
    signal: parts.signal,
    tools: createToolDispatcher({ ...parts, tools: agent.tools ?? {}, idempotencyKey }),
    think: createThink(parts.emitter),
    context: structuredClone(call.context),
    attempt: info.attempt,
    idempotencyKey,
    log: parts.log,
  } satisfies AgentContext;
}

/**
 * One attempt of one agent, the only bridge between agents and Temporal: parse in, run, parse out, with heartbeat,
 * lifecycle events and a limit of its own.
 *
 * @throws ApplicationFailure of a named type, or CancelledFailure after a real cancel; nothing else
 */
export async function runAttempt(agent: AnyAgent, call: AgentCall, notifier: Notifier): Promise<AgentReturn> {
  const context = Context.current();
  const { info, log } = context;
  const startedAt = performance.now();
  const failures = { failures: earlierFailures(context) };
  const stopHeartbeat = startHeartbeat(context, failures);
  const exec = `${agent.name}.${info.attempt}.${info.currentAttemptScheduledTimestampMs}`;
  const identity = {
    agent: agent.name,
    attempt: info.attempt,
    exec,
    workflowId: info.workflowExecution?.workflowId ?? '',
    temporalRunId: info.workflowExecution?.runId ?? '',
    activityId: info.activityId,
  };
  const emitter = createEventEmitter({ notifier, call, identity, log });
  const deadline = attemptDeadline(agent.name, call.limits.timeout_ms);
  const stop = stopRequest(context, emitter);
  const signal = AbortSignal.any([context.cancellationSignal, deadline.signal]);
  try {
    emitter.forward(call.events);
    emitter.emit('agent_started', { input_summary: summaryOf(call.input) });
    const input = parseInput(agent, call.input);
    const work = Promise.resolve().then(() => agent.run(input, contextOf(agent, call, { emitter, signal, log })));
    const result = parseOutput(agent, await Promise.race([work, deadline.expired, stop.abandoned]));
    const execution_time_ms = Math.ceil(performance.now() - startedAt);
    const recovered = info.attempt > 1;
    emitter.emit('agent_completed', { result: shorten(result, MAX_RESULT_BYTES), execution_time_ms, recovered });
    return { result, attempts: info.attempt, execution_time_ms, recovered, told: await emitter.flush() };
  } catch (thrown) {
    throw await endAttempt({ thrown, agent: agent.name, call, context, emitter, failures, stop, startedAt });
  } finally {
    emitter.close();
    deadline.clear();
    stop.clear();
    stopHeartbeat();
  }
}
