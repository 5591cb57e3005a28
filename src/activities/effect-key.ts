import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/canonical-json.ts';
import { jsonFaults } from '../contracts/json-faults.ts';
import type { EffectEntry } from '../notifier/effect-ledger.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** Tells one call's input from another's. */
export function inputHash(input: unknown): string {
  return sha256(canonicalJson(input));
}

/**
 * The key under which the outside world knows a call: the same on every attempt. A call that was undone and is made
 * anew has another one, else the other side would answer with what was undone.
 */
export function idempotencyKeyOf(
  entry: Pick<EffectEntry, 'workflowId' | 'agentRun' | 'tool' | 'inputHash' | 'occurrence' | 'round'>,
): string {
  const { workflowId, agentRun, tool, inputHash: hash, occurrence, round } = entry;
  return sha256(JSON.stringify([workflowId, agentRun, tool, hash, occurrence, round]));
}

/** A value as the ledger keeps it. What is not JSON becomes null, and then fails its tool's schema. */
export function toLedgerJson(value: unknown): string {
  return jsonFaults(value, []).length > 0 ? 'null' : (JSON.stringify(value) ?? 'null');
}
