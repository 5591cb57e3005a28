import { ApplicationFailure, Context } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import type { AnyAgent, Tools } from '../agents/define-agent.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { ledgerName } from '../contracts/ledger-name.ts';
import { MAX_LOSSES, NEVER_RETRIED, UNDO_ATTEMPTS, UNDO_TIMEOUT_MS, type FailureType } from '../contracts/names.ts';
import { isUnavailable } from '../contracts/unavailable.ts';
import type { UndoCall, UndoReturn } from '../contracts/undo-call.ts';
import type { EffectEntry, EffectLedger } from '../notifier/effect-ledger.ts';
import type { AnyTool } from '../tools/define-tool.ts';
import { openAttempt, type AttemptRecord } from './attempt-record.ts';
import { classifyFailure } from './classify-failure.ts';
import { idempotencyKeyOf } from './effect-key.ts';
import { NotYet } from './not-yet.ts';
import { createPatience, outageDelayMs, type Patience } from './patience.ts';
import { sleep } from './long-timer.ts';
import { reconcileCall } from './reconcile-call.ts';
import { leaveWord, startHeartbeat } from './start-heartbeat.ts';
import { withTimeout } from './with-timeout.ts';

/** What an attempt has left after waiting for a ledger that is down, in milliseconds. */
const MARGIN_MS = 30_000;

/** How the ledger is called in what users read. */
const LEDGER = 'the effect ledger';

type Undoing = {
  ledger: Ledger;
  call: UndoCall;
  signal: AbortSignal;
  order: { generation: number; scheduled: number; attempt: number };
};

/** The ledger for whoever undoes: an outage of it is waited out, and uses up no attempt. */
function patientLedger(ledger: EffectLedger, patience: Patience) {
  return {
    fence: (options) => patience.ask(LEDGER, () => ledger.fence(options)),
    vouches: (options) => patience.ask(LEDGER, () => ledger.vouches(options)),
    list: (options) => patience.ask(LEDGER, () => ledger.list(options)),
    settle: (options) => patience.ask(LEDGER, () => ledger.settle(options)),
    compensated: (options) => patience.ask(LEDGER, () => ledger.compensated(options)),
  } satisfies Partial<EffectLedger>;
}

type Ledger = ReturnType<typeof patientLedger>;

async function latest({ ledger }: Undoing, { workflowId, agentRun, tool, inputHash, occurrence }: EffectEntry) {
  const entries = await ledger.list({ workflowId, agentRun });
  return entries.find(
    (entry) => entry.tool === tool && entry.inputHash === inputHash && entry.occurrence === occurrence,
  );
}

/** The entry with its outcome known. */
async function resolved(undoing: Undoing, tool: AnyTool, unknown: EffectEntry): Promise<EffectEntry> {
  const { ledger, call, signal, order } = undoing;
  await sleep(unknown.remainingMs, signal);
  const entry = (await latest(undoing, unknown)) ?? unknown;
  if (entry.state !== 'unknown') return entry;
  const { outcome, cause } = await reconcileCall({
    tool,
    input: tool.input.parse(JSON.parse(entry.input)),
    answers: call.effect_answers ?? [],
    call: { signal, idempotencyKey: idempotencyKeyOf(entry) },
  });
  if (outcome === 'unknown') {
    const message = `tool ${tool.name}: nobody knows whether the call happened, so it was not undone; look there`;
    throw new BatonError('EffectUnknown', message, { cause });
  }
  await ledger.settle({ key: entry, order, outcome });
  return (await latest(undoing, entry)) ?? entry;
}

async function undoCall(undoing: Undoing, tools: AnyTool[], before: EffectEntry): Promise<boolean> {
  if (before.state === 'planned') return false;
  if (before.state === 'compensated') return true;
  const tool = tools.find(({ name }) => name === before.tool);
  if (!tool) throw new BatonError('InvalidInput', `tool ${before.tool}: this worker's code no longer has it`);
  const { compensate } = tool;
  if (!compensate) return false;
  const entry = before.state === 'unknown' ? await resolved(undoing, tool, before) : before;
  if (entry.state !== 'done') return entry.state === 'compensated';
  const input: unknown = tool.input.parse(JSON.parse(entry.input));
  const receipt: unknown = tool.output.parse(JSON.parse(entry.receipt ?? 'null'));
  const idempotencyKey = `${idempotencyKeyOf(entry)}-undo`;
  await withTimeout(tool, undoing.signal, async (signal) => compensate(input, receipt, { signal, idempotencyKey }));
  await undoing.ledger.compensated({ key: entry, round: entry.round });
  return true;
}

/** Whether another attempt may undo what this one could not, and when. */
function again(
  failed: UndoReturn['failed'],
  { failures, pauseMs }: { failures: number; pauseMs: number },
): ApplicationFailure | undefined {
  const first = failed.find(({ error }) => !NEVER_RETRIED.includes(error.type));
  if (!first || failures + 1 >= UNDO_ATTEMPTS) return undefined;
  const nextRetryDelay = pauseMs * 2 ** failures;
  return ApplicationFailure.create({ ...first.error, nonRetryable: false, nextRetryDelay });
}

/** A ledger that may have lost what an agent did must not say that there is nothing to undo. */
function ofLostRows(agentRun: string): UndoReturn['failed'][number] {
  const message =
    `the effect ledger has lost rows since ${agentRun} began, so that its tools may have done more than could be undone; ` +
    'look where they do it';
  return { tool: '?', call_id: '?', idempotency_key: '', error: { type: 'EffectUnknown', message } };
}

async function undoAll(undoing: Undoing, { tools, entries }: { tools: AnyTool[]; entries: EffectEntry[] }) {
  let undone = 0;
  const failed: UndoReturn['failed'] = [];
  for (const entry of entries.toReversed()) {
    try {
      if (await undoCall(undoing, tools, entry)) undone += 1;
    } catch (thrown) {
      undoing.signal.throwIfAborted();
      if (thrown instanceof NotYet || isUnavailable(thrown)) throw thrown;
      const { type, message } = classifyFailure(thrown);
      const error = { type: type === 'AgentFailed' ? ('ToolFailed' satisfies FailureType) : type, message };
      failed.push({ tool: entry.tool, call_id: entry.callId, idempotency_key: idempotencyKeyOf(entry), error });
    }
  }
  return { undone, failed };
}

/** Ends an attempt that had to wait for a store; it counts as none. */
async function putOff(context: Context, record: AttemptRecord, thrown: Error): Promise<ApplicationFailure> {
  const { earlier } = record;
  const nextRetryDelay = thrown instanceof NotYet ? thrown.delayMs : outageDelayMs(earlier.outages);
  earlier.waits += 1;
  earlier.outages += 1;
  leaveWord(context, earlier);
  await record.close('waits');
  const { message } = thrown;
  return ApplicationFailure.create({
    type: 'NetworkError',
    message,
    nextRetryDelay,
    category: ApplicationFailureCategory.BENIGN,
  });
}

/**
 * Undoes what the tools of one agent's execution did, the last call first, from the ledger: done is compensated,
 * unknown is reconciled before, planned needs nothing. What fails does not stop the others; it is tried again with the
 * next attempt, and after the last one reported in the result.
 *
 * @throws ApplicationFailure while another attempt may undo what this one could not
 */
export async function undoEffects(
  agents: readonly AnyAgent[],
  call: UndoCall,
  effects: EffectLedger,
): Promise<UndoReturn> {
  const context = Context.current();
  const { info, cancellationSignal: signal } = context;
  const agent = agents.find(({ name }) => name === call.agent);
  if (!agent) throw ApplicationFailure.nonRetryable(`no agent ${call.agent} in this worker's app`, 'InvalidInput');
  const tools = Object.values((agent.tools ?? {}) as Tools);
  const agentRun = ledgerName(call);
  const workflowId = call.workflow_id ?? info.workflowExecution?.workflowId ?? '';
  const exec = `undo.${info.attempt}.${info.currentAttemptScheduledTimestampMs}`;
  const own = { workflowId, agentRun: `${agentRun}#undo`, exec };
  const record = await openAttempt({ attempts: effects.attempts, context, ...own });
  const { earlier } = record;
  const stopHeartbeat = startHeartbeat(context, { details: earlier, onStall: record.stalled });
  const endsAt = Date.now() + UNDO_TIMEOUT_MS - MARGIN_MS;
  const ledger = patientLedger(effects, createPatience({ signal, endsAt, outages: earlier.outages }));
  try {
    if (record.lost >= MAX_LOSSES) {
      const message = `its worker died ${record.lost} times while undoing ${agentRun}; it is not tried again`;
      throw ApplicationFailure.nonRetryable(message, 'HeartbeatLost');
    }
    // No attempt of this generation may begin a call that this undo would not see.
    const order = { generation: call.generation, scheduled: Number.MAX_SAFE_INTEGER, attempt: 1 };
    await ledger.fence({ workflowId, agentRun, order });
    const vouches = await ledger.vouches({ workflowId, agentRun, named: call.incarnation });
    const entries = await ledger.list({ workflowId, agentRun });
    const { undone, failed } = await undoAll({ ledger, call, signal, order }, { tools, entries });
    const isWhole = vouches || (call.calls !== undefined && entries.length >= call.calls);
    if (!isWhole) failed.push(ofLostRows(agentRun));
    const retry = again(failed, { failures: earlier.failures, pauseMs: call.pause_ms ?? 500 });
    if (retry) earlier.failures += 1;
    leaveWord(context, earlier);
    await record.close(retry ? 'failures' : 'none', { last: !retry });
    if (retry) throw retry;
    return { undone, failed };
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof NotYet || isUnavailable(thrown))) throw thrown;
    throw await putOff(context, record, thrown as Error);
  } finally {
    stopHeartbeat();
  }
}
