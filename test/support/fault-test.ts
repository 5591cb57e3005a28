import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from '@jest/globals';

export type SeenNow = { name: string; now: string };

/** Lines of JSON, one for each fault test that passed since `npm run docs:faults` emptied it. */
export const SEEN_FILE = '.results/faults.jsonl';

type Fault = {
  /** Number of the kind, as in `FAULT_KINDS`. */
  kind: number;
  /** What was seen before the fault was fixed, in one sentence. */
  before: string;
  timeoutMs?: number;
};

/**
 * A test that pins the right behaviour where a fault was found. `body` returns what is seen now, in one sentence with the
 * figures it measured; docs/faults.md shows it beside what was seen before.
 */
export function faultTest(name: string, { timeoutMs }: Fault, body: () => Promise<string>): void {
  test(
    name,
    async () => {
      const now = await body();
      mkdirSync(dirname(SEEN_FILE), { recursive: true });
      appendFileSync(SEEN_FILE, `${JSON.stringify({ name, now } satisfies SeenNow)}\n`);
    },
    timeoutMs,
  );
}
