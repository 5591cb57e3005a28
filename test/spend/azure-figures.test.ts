import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataHelperOutput } from '../../src/contracts/cost-optimization.ts';
import type { CompletedReport } from '../../src/contracts/report.ts';
import { evaluateTechnique } from '../../src/spend/techniques/evaluate-technique.ts';
import { AZURE_CODE, completed, ledgerOf, temporaryFolder } from './fixtures.ts';

/** Percentage points a figure may differ from the published one. */
const TOLERANCE = 0.05;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let data: DataHelperOutput;
let report: CompletedReport;
const find = (of: CompletedReport, technique: string) =>
  of.recommendations.find((each) => each.technique === technique);
const percentAt = async (escalation: number) => {
  const set = { 'right_size.escalation': escalation };
  const { candidates } = await evaluateTechnique({ ...data, technique: 'right_size', set });
  return candidates[0]?.standalone_percent;
};
const near = (actual: number | undefined, wanted: number) =>
  expect(Math.abs((actual ?? NaN) - wanted)).toBeLessThan(TOLERANCE);

beforeAll(async () => {
  folder = await temporaryFolder();
  report = await completed(
    { files: [AZURE_CODE], model: 'claude-sonnet-4-5', stated_monthly_usd: 45_000 },
    folder.path,
  );
  data = await ledgerOf(AZURE_CODE, 'claude-sonnet-4-5', folder.path);
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

describe('Azure 2023 code traffic, priced as claude-sonnet-4-5', () => {
  test('costs $57.87 at list in a window of 0.954 hours, $44.26k a month at that rate', () => {
    expect(report.baseline).toMatchObject({
      requests: 8819,
      input_tokens: 18_059_974,
      output_tokens: 245_896,
      monthly_basis: 'run_rate',
    });
    expect(report.baseline.list_usd).toBeCloseTo(57.87, 2);
    expect(report.source.window_hours).toBeCloseTo(0.954, 3);
    expect(report.baseline.monthly_usd / 1000).toBeCloseTo(44.26, 2);
  });

  test('says that model and price are assigned', () => {
    expect(report.title).toBe('Azure 2023 code traffic, priced as claude-sonnet-4-5');
    expect(report.baseline.assigned).toContain('model');
    expect(report.notes?.join(' ')).toContain('assigned');
  });

  test('right-sizing to claude-haiku-4-5 saves 4.554% expected', () => {
    expect(find(report, 'right_size')?.inputs.to).toBe('anthropic/claude-haiku-4-5');
    near(find(report, 'right_size')?.standalone_percent, 4.554);
  });

  test.each([
    [0, 5.876],
    [0.05, 5.44],
    [0.3, 3.23],
  ])('with %p of the moved requests repeated it saves %p%%', async (escalation, percent) => {
    near(await percentAt(escalation), percent);
  });

  test('capping answers at p95, 90 tokens, saves 1.330%', () => {
    expect(find(report, 'output_cap')?.inputs['cap.expected']).toBe(90);
    near(find(report, 'output_cap')?.standalone_percent, 1.33);
  });

  test('caching is not computable, because there are no prefix ids', () => {
    expect(report.not_computable.find(({ technique }) => technique === 'prompt_caching')?.missing).toContain('prefix');
  });

  test('a stated spend within 15% of the computed one draws no remark', () => {
    expect(report.notes?.join(' ')).not.toContain('differ by');
  });
});
