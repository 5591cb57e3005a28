import { Context } from '@temporalio/activity';
import { boundedLog } from '../agents/bounded-log.ts';
import type { AgentContext, AnyAgent, Logger } from '../agents/define-agent.ts';
import type { AgentCall, AgentReturn } from '../contracts/agent-call.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { ledgerName } from '../contracts/ledger-name.ts';
import { DEADLINE_MARGIN_MS } from '../contracts/names.ts';
import { isUnavailable } from '../contracts/unavailable.ts';
import { shorten } from '../contracts/shorten.ts';
import { takePlace, type Place } from './agent-place.ts';
import { attemptDeadline } from './attempt-deadline.ts';
import { openAttempt } from './attempt-record.ts';
import { createAttemptSecrets, type AttemptSecrets } from './attempt-secrets.ts';
import { attemptTools } from './attempt-tools.ts';
import type { Dependencies } from './dependencies.ts';
import type { CallingAttempt, EffectCalls } from './effect-calls.ts';
import { execOf } from './exec-of.ts';
import { createEventEmitter, type EventEmitter } from './event-emitter.ts';
import { endAttempt } from './end-attempt.ts';
import { NotYet } from './not-yet.ts';
import { createPatience, outageDelayMs, settledWithin, type Patience } from './patience.ts';
import { refuseUnsendable } from './refuse-unsendable.ts';
import { startHeartbeat } from './start-heartbeat.ts';
import { tellLosses } from './tell-losses.ts';
import { stopRequest } from './stop-request.ts';
import { createAsk } from './create-ask.ts';
import { createThink } from './create-think.ts';

/** Longest result shown in an event, in bytes of JSON, and longest summary of an input, in characters. */
const MAX_SHOWN_BYTES = 4_096;
const MAX_SUMMARY = 400;

function summaryOf(input: unknown): string {
  const text = JSON.stringify(shorten(input, MAX_SHOWN_BYTES)) ?? '';
  return text.length <= MAX_SUMMARY ? text : `${text.slice(0, MAX_SUMMARY - 1).toWellFormed()}…`;
}

function parseInput(agent: AnyAgent, input: unknown): unknown {
  const parsed = agent.input.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new BatonError('InvalidInput', `agent ${agent.name}: input refused: ${parsed.error.message}`);
}

function parseOutput(agent: AnyAgent, returned: unknown): { result: unknown; bytes: number } {
  if (returned === undefined || returned === null) {
    throw new BatonError('AgentSilent', `agent ${agent.name} died silently: it returned nothing`);
  }
  const parsed = agent.output.safeParse(returned);
  if (!parsed.success) {
    const what = `output does not match its schema: ${parsed.error.message}`;
    throw new BatonError('InvalidOutput', `agent ${agent.name}: ${what}`);
  }
  return { result: parsed.data, bytes: refuseUnsendable(agent.name, parsed.data) };
}

/** A result of fewer bytes of JSON stays in the history, whatever else is down. */
const LARGE_RESULT_BYTES = 8_000;

/** How long an attempt that has its result waits until the outcomes of its calls are recorded, in milliseconds. */
const SETTLE_MS = 2_000;

/** How long it then waits to hear how many there were, in milliseconds. */
const COUNT_MS = 500;

/** Share of the limit that an attempt must have lost by waiting for stores, if running out of time is not its own fault. */
const LOST_SHARE = 0.05;

/** Lets a tool end the attempt, whatever the agent makes of its call. */
function postponement() {
  const { promise: postponed, reject } = Promise.withResolvers<never>();
  postponed.catch(() => undefined);
  const controller = new AbortController();
  const signal: AbortSignal = controller.signal;
  function postpone(reason: NotYet) {
    reject(reason);
    controller.abort(reason);
  }
  return { postponed, postpone, signal };
}

type Attempt = {
  agent: AnyAgent;
  call: AgentCall;
  calling: CallingAttempt;
  number: number;
  emitter: EventEmitter;
  signal: AbortSignal;
  ask: AgentContext['ask'];
  patience: Patience;
  postpone: (reason: NotYet) => void;
  log: Logger;
  secrets: AttemptSecrets;
};

async function contextOf(attempt: Attempt, dependencies: Dependencies) {
  const { call, calling, number, emitter, signal, ask, log } = attempt;
  const idempotencyKey = `${calling.workflowId}/${calling.agentRun}`;
  const own = { ...attempt, attempt: calling, answers: call.effect_answers, idempotencyKey };
  const { tools, opened } = await attemptTools(own, dependencies);
  const ctx = {
    signal,
    tools,
    think: createThink(emitter),
    ask,
    context: structuredClone(call.context),
    attempt: number,
    idempotencyKey,
    log,
  } satisfies AgentContext;
  return { ctx, opened };
}

/** What ended an attempt, with outages told from failures of the agent. */
function reasonOf(thrown: unknown, { call, outages, patience }: Reason): unknown {
  if (thrown instanceof NotYet) return thrown;
  const delayMs = outageDelayMs(outages);
  if (isUnavailable(thrown)) {
    return new NotYet((thrown as Error).message, { delayMs, outage: true, cause: thrown });
  }
  const waitedMs = patience.waitedMs();
  const isLate = thrown instanceof BatonError && thrown.type === 'AgentTimeout';
  if (!isLate || waitedMs < LOST_SHARE * call.limits.timeout_ms) return thrown;
  const message = `ran out of time, having waited ${waitedMs} ms for a store that was down`;
  return new NotYet(message, { delayMs, outage: true, cause: thrown });
}

type Reason = { call: AgentCall; outages: number; patience: Patience };

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
  const { info } = context;
  const secrets = createAttemptSecrets();
  const log = secrets.logger(context.log);
  const { notifier, effects, leases, runAgent = runInside, keepResult, isStopping } = dependencies;
  const startedAt = performance.now();
  const startedDate = Date.now();
  const scheduled = info.currentAttemptScheduledTimestampMs;
  const exec = execOf(agent.name, info);
  const workflowId = info.workflowExecution?.workflowId ?? '';
  const agentRun = ledgerName(call);
  const record = await openAttempt({ attempts: effects?.attempts, context, workflowId, agentRun, exec });
  const { earlier } = record;
  const number = info.attempt - earlier.waits;
  let place: Place | undefined;
  const stopHeartbeat = startHeartbeat(context, {
    details: earlier,
    onStall: record.stalled,
    onBeat() {
      place?.renew();
      if (isStopping?.()) record.leave();
    },
  });
  const identity = {
    agent: agent.name,
    attempt: number,
    exec,
    workflowId,
    temporalRunId: info.workflowExecution?.runId ?? '',
    activityId: info.activityId,
  };
  const ownLog = boundedLog(log);
  const emitter = createEventEmitter({ notifier, call, identity, log, redact: secrets.redact });
  const deadline = attemptDeadline(agent.name, { limitMs: call.limits.timeout_ms, startedAt });
  const stop = stopRequest(context, emitter);
  const { ask, asked, signal: asking } = createAsk(call.answers);
  const { postponed, postpone, signal: postponing } = postponement();
  const signal = AbortSignal.any([context.cancellationSignal, deadline.signal, asking, postponing]);
  const order = { generation: call.generation, scheduled, attempt: info.attempt };
  const endsAt = startedDate + call.limits.timeout_ms - DEADLINE_MARGIN_MS;
  const patience = createPatience({ signal, endsAt, outages: earlier.outages });
  const calling = {
    workflowId,
    agent: agent.name,
    agentRun,
    order,
    limitMs: call.limits.timeout_ms,
    endsAt,
    named: call.incarnation,
    isKnown: earlier.opened,
  };
  let opened: EffectCalls | undefined;
  let hasBegun = false;

  /** The result once it, and what the agent's calls came to, are where later attempts and the workflow find them. */
  async function kept(returned: unknown): Promise<unknown> {
    const { result, bytes } = parseOutput(agent, returned);
    if (opened) await settledWithin(opened.settled(), SETTLE_MS);
    if (keepResult && bytes > LARGE_RESULT_BYTES) await patience.ask('the store of results', () => keepResult(result));
    return result;
  }

  /** For whoever undoes them later, perhaps from a ledger that has lost some. */
  async function countedCalls(): Promise<{ calls?: number }> {
    let calls: number | undefined;
    if (!opened || !call.limits.compensates) return {};
    await settledWithin(
      opened.count().then((found) => (calls = found)),
      COUNT_MS,
    );
    return { calls };
  }

  try {
    emitter.forward(call.events);
    tellLosses({ agent: agent.name, emitter, record, context });
    const holder = `${workflowId}/${call.agent_run}`;
    const ttlMs = call.limits.heartbeat_timeout_ms;
    const { waits } = earlier;
    place = await takePlace({ leases, agent: agent.name, call, holder, exec, ttlMs, waits, patience, log });
    // Later attempts were asked for by a failure, not by the workflow.
    const queue_ms = number === 1 ? { queue_ms: Math.max(0, Date.now() - info.scheduledTimestampMs) } : {};
    const shown = secrets.hide(call.input, { schema: agent.input, io: 'input' });
    emitter.emit('agent_started', { input_summary: summaryOf(secrets.redact(shown)), ...queue_ms });
    const input = parseInput(agent, call.input);
    const own = { agent, call, calling, number, emitter, signal, ask, patience, postpone, log: ownLog, secrets };
    const work = contextOf(own, dependencies).then((made) => {
      opened = made.opened;
      earlier.opened ||= opened !== undefined;
      hasBegun = true;
      return runAgent(agent, input, made.ctx);
    });
    const returned = work.then((result) => ({ result, question: undefined }));
    const question = asked.then((question) => ({ result: null, question }));
    const ended = await Promise.race([question, returned, postponed, deadline.expired, stop.abandoned]);
    deadline.check();
    const recovered = number > 1;
    const about = { attempts: number, recovered, agent_run: call.agent_run };
    const took = () => Math.ceil(performance.now() - startedAt);
    if (ended.question) {
      void record.close('none', { last: true });
      const flushed = await emitter.flush();
      return { result: null, question: ended.question, ...about, execution_time_ms: took(), ...flushed };
    }
    const result = await kept(ended.result);
    const counted = await countedCalls();
    const execution_time_ms = took();
    const told = secrets.redact(secrets.hide(result, { schema: agent.output, io: 'output' }));
    emitter.emit('agent_completed', { result: shorten(told, MAX_SHOWN_BYTES), execution_time_ms, recovered });
    void record.close('none', { last: true });
    return { result, ...about, ...counted, execution_time_ms, ...(await emitter.flush()) };
  } catch (error) {
    if (opened) await settledWithin(opened.settled(), SETTLE_MS);
    const thrown = reasonOf(error, { call, outages: earlier.outages, patience });
    throw await endAttempt({ thrown, agent, call, context, emitter, record, secrets, stop, startedAt, hasBegun });
  } finally {
    emitter.close();
    deadline.clear();
    stop.clear();
    stopHeartbeat();
    ownLog.count();
    await place?.release();
  }
}
