import { describe, expect, test } from '@jest/globals';
import { triageOutput } from '../../src/contracts/cost-optimization.ts';
import { analyse } from '../support/analyse.ts';
import { renderMarkdown } from '../../src/spend/report/render-markdown.ts';
import { renderText } from '../../src/spend/report/render-text.ts';
import { runTriage } from '../../src/spend/run-triage.ts';
import { statedSpend } from '../../src/spend/stated-spend.ts';
import { AZURE_CODE, AZURE_HEADER, MOONCAKE_CONVERSATION, PRICED_AT, temporaryFolder } from './fixtures.ts';

describe('triage', () => {
  test('a sentence without rows is not enough: it names what to export and gives no figure', async () => {
    const found = await runTriage({ request: 'we spend $45k a month, how do I save?' });
    expect(triageOutput.parse(found)).toMatchObject({
      data_sufficiency: 'insufficient',
      format: null,
      stated_monthly_usd: 45_000,
    });
    expect(found.needed?.length).toBeGreaterThan(0);
  });

  test('the report of such a run has no dollar figure in any rendering', async () => {
    await using folder = await temporaryFolder();
    const report = await analyse({ request: 'we spend $45k a month', dir: folder.path, pricedAt: PRICED_AT });
    expect(report.status).toBe('insufficient_data');
    expect(renderMarkdown(report) + renderText(report)).not.toMatch(/\$\s?\d/);
  });

  test('a file with a header and no rows is not enough either', async () => {
    await using folder = await temporaryFolder();
    const found = await runTriage({ files: [await folder.file('empty.csv', `${AZURE_HEADER}\r\n`)] });
    expect(found).toMatchObject({ data_sufficiency: 'insufficient', format: 'azure_llm_trace' });
  });

  test.each([
    [AZURE_CODE, 'azure_llm_trace', 'R'],
    [MOONCAKE_CONVERSATION, 'mooncake_trace', 'P'],
  ])('recognises %s', async (path, format, grade) => {
    expect(await runTriage({ files: [path] })).toMatchObject({ data_sufficiency: 'sufficient', format, grade });
  });

  test('stops when it is told to', async () => {
    await expect(runTriage({ files: [AZURE_CODE], signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow(
      'stop',
    );
  });
});

describe('stated spend', () => {
  test.each([
    ['my $45k spend', 45_000],
    ['we pay $1,234.50 per month', 1234.5],
    ['$540,000 a year', 45_000],
    ['$1.2m annually', 100_000],
    ['cut my bill', null],
  ])('%s is %p a month', (request, monthly) => {
    expect(statedSpend(request)).toBe(monthly);
  });
});
