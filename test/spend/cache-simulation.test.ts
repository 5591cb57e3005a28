import { tmpdir } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { withDuck, type Duck } from '../../src/spend/duck.ts';
import { simulateCacheSql } from '../../src/spend/techniques/simulate-cache.ts';

const SIZE = 512;
type Prompt = { at: number; ids: number[]; tokens: number };

/** The rule told as a loop over requests, with a map of when each block was last used. */
function replay(prompts: Prompt[], ttlMinutes: number, minimum: number): { read: number; written: number }[] {
  const lastUse = new Map<number, number>();
  return prompts.map(({ at, ids, tokens }) => {
    if (tokens < minimum) return { read: 0, written: 0 };
    const full = ids.slice(0, Math.floor(tokens / SIZE));
    const alive = (id: number) => at - (lastUse.get(id) ?? -Infinity) <= ttlMinutes * 60_000;
    const miss = full.findIndex((id) => !alive(id));
    const found = (miss === -1 ? full.length : miss) * SIZE;
    const read = found >= minimum ? found : 0;
    for (const id of full) lastUse.set(id, at);
    return { read, written: full.length * SIZE - read };
  });
}

async function simulate(
  duck: Duck,
  prompts: Prompt[],
  ttlMinutes: number,
  minimum: number,
): Promise<{ read: number; written: number }[]> {
  const values = prompts.map(
    ({ at, ids, tokens }, row) => `(${row}, make_timestamp(${at * 1000}), 0, [${ids}]::BIGINT[], ${tokens}.0, ${SIZE})`,
  );
  await duck.run(
    `CREATE OR REPLACE TABLE ledger AS SELECT * FROM (VALUES ${values})
      AS t(row_id, ts, source_file, prefix_blocks, input_tokens, prefix_block_tokens)`,
  );
  await duck.run(
    `CREATE OR REPLACE TABLE base AS SELECT row_id, 1.0::DOUBLE AS requests, 'm' AS model, input_tokens::DOUBLE AS input_tokens FROM ledger`,
  );
  const sql = simulateCacheSql({ source: 'base', model: 'm', ttlMinutes, minimumTokens: minimum });
  return duck.rows(`SELECT coalesce(read, 0)::DOUBLE AS read, coalesce(written, 0)::DOUBLE AS written
    FROM base LEFT JOIN (${sql}) USING (row_id) ORDER BY row_id`);
}

/** Prompts whose ids form a tree, as hashes of prefixes do: an id stands for its block and all before it. */
const prompts = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 0, max: 240_000 }),
      path: fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 6 }),
      rest: fc.integer({ min: 0, max: 511 }),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((list) => {
    let at = 0;
    return list.map(({ gap, path, rest }): Prompt => {
      at += gap;
      const ids = path.map((_, index) => Number(`1${path.slice(0, index + 1).join('')}`));
      return { at, tokens: path.length * SIZE + rest, ids: rest > 0 ? [...ids, 90_000_000 + at] : ids };
    });
  });

/** One database for all the histories of a test. */
const withOneDuck = (work: (duck: Duck) => Promise<void>) => () => withDuck({ tempDir: tmpdir() }, work);

describe('the prompt cache simulation', () => {
  test(
    'agrees with a plain replay of the requests',
    withOneDuck(async (duck) => {
      await fc.assert(
        fc.asyncProperty(prompts, fc.constantFrom(1, 5), fc.constantFrom(1024, 2048), async (list, ttl, minimum) => {
          expect(await simulate(duck, list, ttl, minimum)).toEqual(replay(list, ttl, minimum));
        }),
        { numRuns: 40, seed: 11 },
      );
    }),
  );

  test(
    'reads again what was used within five minutes, and each use keeps it alive',
    withOneDuck(async (duck) => {
      const prompt = (minutes: number): Prompt => ({ at: minutes * 60_000, ids: [1, 2, 3], tokens: 1200 });
      expect(await simulate(duck, [prompt(0), prompt(4), prompt(8), prompt(14)], 5, 1024)).toEqual([
        { read: 0, written: 1024 },
        { read: 1024, written: 0 },
        { read: 1024, written: 0 },
        { read: 0, written: 1024 },
      ]);
    }),
  );

  test(
    'neither reads nor writes a prompt below the minimum',
    withOneDuck(async (duck) => {
      const short: Prompt = { at: 0, ids: [1, 2], tokens: 1000 };
      expect(await simulate(duck, [short, { ...short, at: 1 }], 5, 1024)).toEqual([
        { read: 0, written: 0 },
        { read: 0, written: 0 },
      ]);
    }),
  );
});
