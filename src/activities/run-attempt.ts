import { Context } from '@temporalio/activity';
import { boundedLog } from '../agents/bounded-log.ts';
import type { AgentContext, AnyAgent, Logger } from '../agents/define-agent.ts';
import type { AgentCall, AgentReturn } from '../contracts/agent-call.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { ledgerName } from '../contracts/ledger-name.ts';
import { DEADLINE_MARGIN_MS } from '../contracts/names.ts';
import { redact } from '../contracts/redact.ts';
import { shorten } from '../contracts/shorten.ts';
import { takePlace, type Place } from './agent-place.ts';
import { attemptDeadline } from './attempt-deadline.ts';
import { attemptTools } from './attempt-tools.ts';
import type { Dependencies } from './dependencies.ts';
import type { CallingAttempt } from './effect-calls.ts';
import { execOf } from './exec-of.ts';
import { createEventEmitter, type EventEmitter } from './event-emitter.ts';
import { endAttempt } from './end-attempt.ts';
import { refuseUnsendable } from './refuse-unsendable.ts';
import { earlierAttempts, startHeartbeat } from './start-heartbeat.ts';
import { tellLosses } from './tell-losses.ts';
import { stopRequest } from './stop-request.ts';
import { createAsk } from './create-ask.ts';
import { createThink } from './create-think.ts';

/** Longest result shown in an event, in bytes of JSON, and longest summary of an input, in characters. */
const MAX_SHOWN_BYTES = 4_096;
const MAX_SUMMARY = 400;

function summaryOf(input: unknown): string {
  const text = JSON.stringify(shorten(redact(input), MAX_SHOWN_BYTES)) ?? '';
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
  if (!parsed.success) {
    const what = `output does not match its schema: ${parsed.error.message}`;
    throw new BatonError('InvalidOutput', `agent ${agent.name}: ${what}`);
  }
  refuseUnsendable(agent.name, parsed.data);
  return parsed.data;
}

type Attempt = {
  agent: AnyAgent;
  call: AgentCall;
  calling: CallingAttempt;
  number: number;
  emitter: EventEmitter;
  signal: AbortSignal;
  ask: AgentContext['ask'];
  log: Logger;
};

async function contextOf(attempt: Attempt, dependencies: Dependencies) {
  const { call, calling, number, emitter, signal, ask, log } = attempt;
  const idempotencyKey = `${calling.workflowId}/${calling.agentRun}`;
  const own = { ...attempt, attempt: calling, answers: call.effect_answers, idempotencyKey };
  return {
    signal,
    tools: await attemptTools(own, dependencies),
    think: createThink(emitter),
    ask,
    context: structuredClone(call.context),
    attempt: number,
    idempotencyKey,
    log,
  } satisfies AgentContext;
}

async function runInside(agent: AnyAgent, input: unknown, ctx: AgentContext): Promise<unknown> {
  return agent.run(input, ctx);
}

/**
 * One attempt of one agent, the only bridge between agents and Temporal: parse in, run, parse out, with heartbeat,
 * lifecycle events and a limit of its own.
 *
 * @throws ApplicationFailure of a named type, or CancelledFailure after a real cancel; nothing else
 */
export async function runAttempt(agent: AnyAgent, call: AgentCall, dependencies: Dependencies): Promise<AgentReturn> {
  const context = Context.current();
  const { info, log } = context;
  const startedAt = performance.now();
  const earlier = earlierAttempts(context);
  const number = info.attempt - earlier.waits;
  let place: Place | undefined;
  const stopHeartbeat = startHeartbeat(context, earlier, () => place?.renew());
  const scheduled = info.currentAttemptScheduledTimestampMs;
  const exec = execOf(agent.name, info);
  const workflowId = info.workflowExecution?.workflowId ?? '';
  const identity = {
    agent: agent.name,
    attempt: number,
    exec,
    workflowId,
    temporalRunId: info.workflowExecution?.runId ?? '',
    activityId: info.activityId,
  };
  const ownLog = boundedLog(log);
  const emitter = createEventEmitter({ notifier: dependencies.notifier, call, identity, log });
  const deadline = attemptDeadline(agent.name, call.limits.timeout_ms);
  const stop = stopRequest(context, emitter);
  const { ask, asked, signal: asking } = createAsk(call.answers);
  const signal = AbortSignal.any([context.cancellationSignal, deadline.signal, asking]);
  const order = { generation: call.generation, scheduled, attempt: info.attempt };
  const endsAt = Date.now() + call.limits.timeout_ms - DEADLINE_MARGIN_MS;
  const calling = { workflowId, agent: agent.name, agentRun: ledgerName(call), order, endsAt };
  try {
    emitter.forward(call.events);
    tellLosses({ agent: agent.name, limits: call.limits, emitter, earlier, context });
    const holder = `${workflowId}/${call.agent_run}`;
    const ttlMs = call.limits.heartbeat_timeout_ms;
    const { leases, runAgent = runInside } = dependencies;
    place = await takePlace({ leases, agent: agent.name, call, holder, exec, ttlMs, waits: earlier.waits, log });
    // Later attempts were asked for by a failure, not by the workflow.
    const queue_ms = number === 1 ? { queue_ms: Math.max(0, Date.now() - info.scheduledTimestampMs) } : {};
    emitter.emit('agent_started', { input_summary: summaryOf(call.input), ...queue_ms });
    const input = parseInput(agent, call.input);
    const own = { agent, call, calling, number, emitter, signal, ask, log: ownLog };
    const work = contextOf(own, dependencies).then((ctx) => runAgent(agent, input, ctx));
    const returned = work.then((result) => ({ result, question: undefined }));
    const question = asked.then((question) => ({ result: null, question }));
    const ended = await Promise.race([question, returned, deadline.expired, stop.abandoned]);
    const execution_time_ms = Math.ceil(performance.now() - startedAt);
    const recovered = number > 1;
    const { agent_run } = call;
    const about = { attempts: number, execution_time_ms, recovered, agent_run };
    if (ended.question) return { result: null, question: ended.question, ...about, ...(await emitter.flush()) };
    const result = parseOutput(agent, ended.result);
    emitter.emit('agent_completed', { result: shorten(result, MAX_SHOWN_BYTES), execution_time_ms, recovered });
    return { result, ...about, ...(await emitter.flush()) };
  } catch (thrown) {
    throw await endAttempt({ thrown, agent, call, context, emitter, earlier, stop, startedAt });
  } finally {
    emitter.close();
    deadline.clear();
    stop.clear();
    stopHeartbeat();
    ownLog.count();
    await place?.release();
  }
}
