import { describe, expect, test } from '@jest/globals';
import { withDuck } from '../../src/spend/duck.ts';
import { optimize } from '../../src/spend/optimize.ts';
import { planActions } from '../../src/spend/actions/plan-actions.ts';
import { sqlPath } from '../../src/spend/sql-text.ts';
import { AZURE_CODE, ledgerOf, MOONCAKE_CONVERSATION, temporaryFolder } from './fixtures.ts';

describe('the evidence of a recommendation', () => {
  test.each([
    ['Azure code', AZURE_CODE, 'claude-sonnet-4-5'],
    ['Mooncake conversation', MOONCAKE_CONVERSATION, 'gpt-4o'],
  ])('of %s is a query anyone can run on the ledger, and it finds as many rows', async (_name, path, model) => {
    await using folder = await temporaryFolder();
    const data = await ledgerOf(path, model, folder.path);
    const { recommendations } = planActions(await optimize(data));
    expect(recommendations.length).toBeGreaterThan(2);
    await withDuck({ tempDir: folder.path }, async (duck) => {
      await duck.run(`CREATE VIEW ledger AS SELECT * FROM read_parquet(${sqlPath(data.ledger.path)})`);
      for (const { evidence, action, formula } of recommendations) {
        const [found] = await duck.rows<{ rows: bigint }>(evidence.query);
        expect(Number(found?.rows)).toBe(evidence.rows);
        expect(evidence.rows).toBeGreaterThan(0);
        for (const text of [formula, ...Object.values(action)]) expect(text.length).toBeGreaterThan(10);
      }
    });
  });
});
