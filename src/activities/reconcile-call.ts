import { setTimeout } from 'node:timers/promises';
import type { EffectAnswer } from '../contracts/agent-call.ts';
import type { EffectOutcome } from '../notifier/effect-ledger.ts';
import type { AnyTool, ToolCall } from '../tools/define-tool.ts';
import { toLedgerJson } from './effect-key.ts';

/** Waits between asking the outside world again, in milliseconds: a short outage must not become a person's question. */
const PAUSES_MS = [200, 1_000];

async function askTool(tool: AnyTool, input: unknown, call: ToolCall): Promise<EffectOutcome | 'unknown'> {
  const found = (await tool.reconcile?.(input, call)) ?? 'unknown';
  return typeof found === 'object' ? { done: toLedgerJson(found.done) } : found;
}

/**
 * Finds out whether a call happened whose outcome was not recorded: from what a person said, else from the tool's own
 * `reconcile`. A `reconcile` that keeps failing leaves it unknown.
 */
export async function reconcileCall({
  tool,
  input,
  call,
  answers,
}: {
  tool: AnyTool;
  input: unknown;
  call: ToolCall;
  answers: readonly EffectAnswer[];
}): Promise<{ outcome: EffectOutcome | 'unknown'; cause?: unknown }> {
  const answer = answers.find(({ idempotency_key }) => idempotency_key === call.idempotencyKey);
  if (answer?.happened === 'not_done') return { outcome: 'not_done' };
  if (answer) return { outcome: { done: toLedgerJson(answer.receipt) } };
  for (let failures = 0; ; failures += 1) {
    try {
      return { outcome: await askTool(tool, input, call) };
    } catch (cause) {
      const pause = PAUSES_MS[failures];
      if (pause === undefined || call.signal.aborted) return { outcome: 'unknown', cause };
      await setTimeout(pause, undefined, { signal: call.signal });
    }
  }
}
