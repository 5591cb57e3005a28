import { setTimeout } from 'node:timers/promises';
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { AnyAgent, Tools } from '../agents/define-agent.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { ledgerName } from '../contracts/ledger-name.ts';
import { NEVER_RETRIED, UNDO_ATTEMPTS, UNDO_TIMEOUT_MS, type FailureType } from '../contracts/names.ts';
import type { UndoCall, UndoReturn } from '../contracts/undo-call.ts';
import type { EffectEntry, EffectLedger } from '../notifier/effect-ledger.ts';
import type { AnyTool } from '../tools/define-tool.ts';
import { classifyFailure } from './classify-failure.ts';
import { idempotencyKeyOf } from './effect-key.ts';
import { patientLedger, type PatientLedger } from './patient-ledger.ts';
import { reconcileCall } from './reconcile-call.ts';
import { startHeartbeat } from './start-heartbeat.ts';
import { withTimeout } from './with-timeout.ts';

/** What an attempt has left after waiting for a ledger that is down, in milliseconds. */
const MARGIN_MS = 30_000;

type Undoing = {
  ledger: PatientLedger;
  call: UndoCall;
  signal: AbortSignal;
  order: { generation: number; scheduled: number; attempt: number };
};

async function latest({ ledger }: Undoing, { workflowId, agentRun, tool, inputHash, occurrence }: EffectEntry) {
  const entries = await ledger.list({ workflowId, agentRun });
  return entries.find(
    (entry) => entry.tool === tool && entry.inputHash === inputHash && entry.occurrence === occurrence,
  );
}

/** The entry with its outcome known. */
async function resolved(undoing: Undoing, tool: AnyTool, unknown: EffectEntry): Promise<EffectEntry> {
  const { ledger, call, signal, order } = undoing;
  await setTimeout(unknown.remainingMs, undefined, { signal });
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

function again(
  failed: UndoReturn['failed'],
  { attempt, pauseMs }: { attempt: number; pauseMs: number },
): ApplicationFailure | undefined {
  const first = failed.find(({ error }) => !NEVER_RETRIED.includes(error.type));
  if (!first || attempt >= UNDO_ATTEMPTS) return undefined;
  const nextRetryDelay = pauseMs * 2 ** (attempt - 1);
  return ApplicationFailure.create({ ...first.error, nonRetryable: false, nextRetryDelay });
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
  const ledger = patientLedger(effects, { signal, forMs: UNDO_TIMEOUT_MS - MARGIN_MS });
  const stopHeartbeat = startHeartbeat(context, { failures: 0 });
  try {
    // No attempt of this generation may begin a call that this undo would not see.
    const order = { generation: call.generation, scheduled: Number.MAX_SAFE_INTEGER, attempt: 1 };
    await ledger.fence({ workflowId, agentRun, order });
    const entries = await ledger.list({ workflowId, agentRun });
    let undone = 0;
    const failed: UndoReturn['failed'] = [];
    for (const entry of entries.reverse()) {
      try {
        if (await undoCall({ ledger, call, signal, order }, tools, entry)) undone += 1;
      } catch (thrown) {
        signal.throwIfAborted();
        const { type, message } = classifyFailure(thrown);
        const error = { type: type === 'AgentFailed' ? ('ToolFailed' satisfies FailureType) : type, message };
        failed.push({ tool: entry.tool, call_id: entry.callId, idempotency_key: idempotencyKeyOf(entry), error });
      }
    }
    const retry = again(failed, { attempt: info.attempt, pauseMs: call.pause_ms ?? 500 });
    if (retry) throw retry;
    return { undone, failed };
  } finally {
    stopHeartbeat();
  }
}
