import { describe, expect, test } from '@jest/globals';
import {
  actionsInput,
  actionsOutput,
  dataHelperOutput,
  optimizationInput,
  optimizationOutput,
  reportingInput,
  reportingOutput,
  techniqueEvaluation,
  triageOutput,
} from '../../src/contracts/cost-optimization.ts';
import { APPLICATION_ORDER } from '../../src/spend/techniques/techniques.ts';
import { buildLedger } from '../../src/spend/ledger/build-ledger.ts';
import { combineTechniques } from '../../src/spend/techniques/combine-techniques.ts';
import { evaluateTechnique } from '../../src/spend/techniques/evaluate-technique.ts';
import { planActions } from '../../src/spend/actions/plan-actions.ts';
import { runTriage } from '../../src/spend/run-triage.ts';
import { writeReport } from '../../src/spend/report/write-report.ts';
import { ledgerOf, MOONCAKE_CONVERSATION, PRICED_AT, temporaryFolder } from './fixtures.ts';

const LIMIT = 16_000;
const size = (value: unknown) => JSON.stringify(value).length;

describe('what stages hand to each other', () => {
  test('fits the contracts, stays small, and each output feeds the next input', async () => {
    await using folder = await temporaryFolder();
    const triage = triageOutput.parse(await runTriage({ files: [MOONCAKE_CONVERSATION], request: 'my $45k spend' }));
    const built = await buildLedger({ ...triage, model: 'claude-sonnet-4-5', priced_at: PRICED_AT, dir: folder.path });
    const data = dataHelperOutput.parse(built);
    expect(data).toEqual(JSON.parse(JSON.stringify(built)));

    const question = optimizationInput.parse(data);
    const evaluations = [];
    for (const technique of APPLICATION_ORDER)
      evaluations.push(techniqueEvaluation.parse(await evaluateTechnique({ ...question, technique })));
    const optimized = optimizationOutput.parse(await combineTechniques({ ...question, evaluations }));
    const actions = actionsOutput.parse(planActions(actionsInput.parse(optimized)));
    const input = reportingInput.parse({
      ...data,
      ...optimized,
      ...actions,
      assumptions: [...optimized.assumptions, ...actions.assumptions],
    });
    const written = reportingOutput.parse(await writeReport({ ...input, dir: folder.path }));
    for (const each of [triage, data, question, optimized, actions, input, written])
      expect(size(each)).toBeLessThan(LIMIT);
    expect(written.files?.markdown).toMatch(/report\.md$/);
  });

  test('the same input gives the same ledger and the same figures, and a ledger that is gone is a clear error', async () => {
    await using folder = await temporaryFolder();
    const data = await ledgerOf(MOONCAKE_CONVERSATION, 'gpt-4o', folder.path);
    expect(await ledgerOf(MOONCAKE_CONVERSATION, 'gpt-4o', folder.path)).toEqual(data);
    const ledger = { ...data.ledger, path: `${folder.path}/gone.parquet` };
    await expect(evaluateTechnique({ ...data, ledger, technique: 'right_size' })).rejects.toMatchObject({
      code: 'invalid_input',
      path: ledger.path,
    });
  });
});
