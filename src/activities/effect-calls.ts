import { setTimeout } from 'node:timers/promises';
import type { EffectAnswer } from '../contracts/agent-call.ts';
import { BatonError } from '../contracts/baton-error.ts';
import type { ExecOrder } from '../contracts/exec-order.ts';
import { redact } from '../contracts/redact.ts';
import { shorten } from '../contracts/shorten.ts';
import type { Logger } from '../agents/define-agent.ts';
import type { EffectCall, EffectEntry, EffectLedger, EffectOutcome } from '../notifier/effect-ledger.ts';
import type { AnyTool, ToolCall } from '../tools/define-tool.ts';
import { countOccurrences } from './count-occurrences.ts';
import { idempotencyKeyOf, inputHash, toLedgerJson } from './effect-key.ts';
import { NotYet } from './not-yet.ts';
import { reconcileCall } from './reconcile-call.ts';
import { withTimeout } from './with-timeout.ts';

/** How often the ledger is asked again while an older attempt's call may still be under way, in milliseconds. */
const POLL_MS = 250;

/** A request that was sent at the last moment of its call may take this much longer to arrive, in milliseconds. */
const ARRIVAL_MARGIN_MS = 1_000;

/** Longest parameters in a question to a person, in bytes of JSON. */
const MAX_SHOWN_BYTES = 4_096;

/** Which attempt calls, and until when it may. */
export type CallingAttempt = {
  workflowId: string;
  agent: string;
  agentRun: string;
  order: ExecOrder;
  /** End of the attempt, in milliseconds since 1970. */
  endsAt: number;
};

type Options = {
  ledger: EffectLedger;
  attempt: CallingAttempt;
  answers: readonly EffectAnswer[];
  signal: AbortSignal;
  log: Logger;
};

type GuardedCall = {
  tool: AnyTool;
  callId: string;
  rawInput: unknown;
  input: unknown;
  /** Told once it is clear whether the call is made or its receipt given. */
  onStart: (fromReceipt: boolean) => void;
};

async function ledgerAnswers<T>(tool: AnyTool, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `tool ${tool.name}: not called, because the effect ledger cannot be written: ${why}`;
    throw new BatonError('NetworkError', message, { cause });
  }
}

/**
 * Makes calls that change the world, so that each happens as often as its tool allows: recorded before and after in the
 * ledger; what an earlier attempt did is given from its receipt; where nobody knows, the tool's `reconcile` decides.
 */
export function createEffectCalls({ ledger, attempt, answers, signal, log }: Options) {
  const { workflowId, agent, agentRun, order, endsAt } = attempt;
  const occurrences = countOccurrences();

  async function settle(key: EffectCall, outcome: EffectOutcome) {
    await ledger.settle({ key, order, outcome }).catch((error: unknown) => {
      // The call is over either way: its next attempt finds it unknown and asks.
      log.warn('the outcome of a call was not recorded', { tool: key.tool, error: String(error) });
    });
  }

  /** Makes the call and records what it came to, also where that comes after the agent stopped waiting for it. */
  async function callTool({ tool, input }: GuardedCall, key: EffectCall, call: ToolCall): Promise<unknown> {
    try {
      const raw: unknown = await tool.run(input, call);
      await settle(key, { done: toLedgerJson(raw) });
      return raw;
    } catch (error) {
      // Any other failure leaves it unknown: a request that failed here may have arrived there.
      if (error instanceof BatonError && error.notDone) await settle(key, 'not_done');
      throw error;
    }
  }

  async function untilOver({ tool }: GuardedCall, remainingMs: number) {
    if (remainingMs < endsAt - Date.now()) return setTimeout(Math.min(POLL_MS, remainingMs), undefined, { signal });
    const message = `tool ${tool.name}: an earlier attempt's call may still be under way for ${remainingMs} ms`;
    throw new NotYet(message, { delayMs: remainingMs });
  }

  async function findOut({ tool, callId, input, rawInput }: GuardedCall, key: EffectCall, entry: EffectEntry) {
    const idempotencyKey = idempotencyKeyOf(entry);
    const { outcome, cause } = await reconcileCall({ tool, input, answers, call: { signal, idempotencyKey } });
    if (outcome !== 'unknown') return ledgerAnswers(tool, ledger.settle({ key, order, outcome }));
    const parameters = shorten(redact(rawInput), MAX_SHOWN_BYTES);
    const effect = {
      agent_run: agentRun,
      tool: tool.name,
      call_id: callId,
      idempotency_key: idempotencyKey,
      parameters,
    };
    const why = tool.reconcile ? 'its reconcile cannot tell' : 'it has no reconcile';
    const message = `tool ${tool.name}: nobody knows whether an earlier call happened, and ${why}; it is not repeated`;
    throw new BatonError('EffectUnknown', message, { effect, cause });
  }

  async function perform(guarded: GuardedCall, key: EffectCall): Promise<{ raw: unknown; fromReceipt: boolean }> {
    const { tool, onStart } = guarded;
    for (;;) {
      signal.throwIfAborted();
      const { status, entry } = await ledgerAnswers(tool, ledger.begin({ call: key, order }));
      if (status === 'done') {
        onStart(true);
        return { raw: JSON.parse(entry.receipt ?? 'null'), fromReceipt: true };
      }
      if (status === 'fenced') {
        throw new BatonError('HeartbeatLost', `agent ${agent}: a newer attempt is at work, this one stops`);
      }
      onStart(false);
      if (status === 'call') {
        const idempotencyKey = idempotencyKeyOf(entry);
        const raw = await withTimeout(tool, signal, (limited) =>
          callTool(guarded, key, { signal: limited, idempotencyKey }),
        );
        return { raw, fromReceipt: false };
      }
      if (entry.remainingMs > 0) await untilOver(guarded, entry.remainingMs);
      else await findOut(guarded, key, entry);
    }
  }

  /**
   * @throws BatonError `EffectUnknown` naming the call where it must not be repeated and nobody knows whether it
   * happened; `HeartbeatLost` where a newer attempt is at work; what the tool throws
   */
  return async function effectCall(guarded: GuardedCall): Promise<{ raw: unknown; fromReceipt: boolean }> {
    const { tool, callId, rawInput, input } = guarded;
    const hash = inputHash(input);
    const same = `${tool.name}:${hash}`;
    const occurrence = occurrences.take(same);
    const key: EffectCall = {
      workflowId,
      agentRun,
      agent,
      tool: tool.name,
      inputHash: hash,
      occurrence,
      callId,
      input: toLedgerJson(rawInput),
      limitMs:
        ARRIVAL_MARGIN_MS + Math.max(0, Math.min(tool.timeoutMs ?? Number.POSITIVE_INFINITY, endsAt - Date.now())),
      repeatable: tool.effect === 'idempotent',
    };
    try {
      return await perform(guarded, key);
    } catch (error) {
      occurrences.giveBack(same, occurrence);
      throw error;
    }
  };
}
