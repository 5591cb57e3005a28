import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataHelperOutput, TechniqueEvaluation } from '../../src/contracts/cost-optimization.ts';
import { evaluateTechnique } from '../../src/spend/techniques/evaluate-technique.ts';
import { ledgerOf, MOONCAKE_CONVERSATION, temporaryFolder } from './fixtures.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

const near = (actual: number | undefined, wanted: number) =>
  expect(Math.abs((actual ?? NaN) - wanted)).toBeLessThan(0.05);
/** By model, each made once. */
const ledgers = new Map<string, Promise<DataHelperOutput>>();
const evaluations = new Map<string, Promise<TechniqueEvaluation>>();
function ledger(model: string): Promise<DataHelperOutput> {
  const made = ledgers.get(model) ?? ledgerOf(MOONCAKE_CONVERSATION, model, folder.path);
  ledgers.set(model, made);
  return made;
}
function caching(model: string): Promise<TechniqueEvaluation> {
  const made =
    evaluations.get(model) ?? ledger(model).then((data) => evaluateTechnique({ ...data, technique: 'prompt_caching' }));
  evaluations.set(model, made);
  return made;
}

describe('Mooncake conversation traffic', () => {
  test.each([
    ['gpt-4o', 11.83],
    ['gpt-5.4', 20.26],
    ['claude-sonnet-4-5', 5.24],
    ['claude-opus-5.5', 6.39],
  ])('priced as %s, caching for 5 minutes saves %p%%', async (model, percent) => {
    const { candidates } = await caching(model);
    near(candidates[0]?.standalone_percent, percent);
  });

  test('priced as gpt-4o it costs $403.21 at list', async () => {
    const data = await ledger('gpt-4o');
    expect(data.baseline.list_usd).toBeCloseTo(403.21, 2);
    expect(data.baseline.requests).toBe(12_031);
  });

  test('writing for an hour at claude-sonnet-4-5 loses 27.42%, and is said so', async () => {
    const { not_recommended } = await caching('claude-sonnet-4-5');
    const hour = not_recommended.find(({ variant }) => variant === '1h');
    expect(hour?.reason).toBe('loses money');
    near(hour?.percent, -27.42);
  });

  test('inputs above p95 hold 10.93% of the input tokens in excess, 9.8% of the spend as gpt-4o', async () => {
    const data = await ledger('gpt-4o');
    const { candidates } = await evaluateTechnique({
      ...data,
      technique: 'context_trim',
      set: { 'context_trim.adoption': 1 },
    });
    near((100 * Number(candidates[0]?.params.expected.excess_tokens)) / data.baseline.input_tokens, 10.93);
    near(candidates[0]?.standalone_percent, 9.815);
  });
});
