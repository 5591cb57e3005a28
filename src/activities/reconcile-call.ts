import { setTimeout } from 'node:timers/promises';
import type { EffectAnswer } from '../contracts/agent-call.ts';
import { BatonError } from '../contracts/baton-error.ts';
import type { EffectOutcome } from '../notifier/effect-ledger.ts';
import type { AnyTool, ToolCall } from '../tools/define-tool.ts';
import { toLedgerJson } from './effect-key.ts';

/** Waits between asking the outside world again, in milliseconds: a short outage must not become a person's question. */
const PAUSES_MS = [200, 1_000];

async function askTool(tool: AnyTool, input: unknown, call: ToolCall): Promise<EffectOutcome | 'unknown'> {
  const found: unknown = tool.reconcile ? await tool.reconcile(input, call) : 'unknown';
  if (found === 'not_done' || found === 'unknown') return found;
  const done = typeof found === 'object' && found !== null && 'done' in found ? found.done : undefined;
  const receipt = await tool.output.safeParseAsync(done);
  if (receipt.success) return { done: toLedgerJson(done) };
  // Taken for an answer it would stand in the ledger for good, and a guess would be made of it.
  const takes = `{ done: receipt }, 'not_done' or 'unknown'`;
  throw new BatonError('InvalidOutput', `tool ${tool.name}: its reconcile must give ${takes}`);
}

/**
 * Finds out whether a call happened whose outcome was not recorded: from what a person said, else from the tool's own
 * `reconcile`. A `reconcile` that keeps failing, or gives what it must not, leaves it unknown.
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
