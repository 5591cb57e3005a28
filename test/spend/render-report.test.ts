import { inflateRawSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import type { CompletedReport, Report } from '../../src/contracts/report.ts';
import { renderReport } from '../../src/spend/report/render-report.ts';

const HOSTILE = '<script>alert(1)</script>';

function report(change: Partial<CompletedReport> = {}): CompletedReport {
  return {
    status: 'completed',
    title: `Usage ${HOSTILE}`,
    notes: [`note "${HOSTILE}"`],
    source: {
      files: [{ path: `/data/${HOSTILE}.csv`, bytes: 10 }],
      format: 'azure_llm_trace',
      grade: 'R',
      rows: 2,
      rejected_rows: 1,
      bad_rows: [{ file: 'a.csv', row: 2, reason: `bad cell ${HOSTILE}` }],
      window_hours: 1,
    },
    baseline: {
      requests: 2,
      input_tokens: 100,
      output_tokens: 10,
      list_usd: 1,
      billed_usd: null,
      kappa: null,
      monthly_usd: 1000,
      monthly_basis: 'run_rate',
      stated_monthly_usd: null,
      assigned: ['model'],
      model: HOSTILE,
    },
    spend_by_model: [{ model: HOSTILE, provider: 'p', requests: 2, list_usd: 1, monthly_usd: 1000 }],
    recommendations: [
      {
        id: 'prompt_caching:x',
        technique: 'prompt_caching',
        segment: '=cmd()',
        marginal_monthly_usd: { low: 50, expected: 100, high: 150 },
        standalone_monthly_usd: 100,
        standalone_percent: 10,
        confidence: 0.6,
        grade: 'R',
        effort_days: 5,
        effort_usd: 4000,
        payback_months: 40,
        roi_12m: -0.7,
        phase: 2,
        formula: '+a * b, "quoted"',
        inputs: { model: HOSTILE },
        evidence: { rows: 2, query: '@SUM(A1)' },
        action: { change: '-1+1', owner: '\tteam', gate: HOSTILE, rollback: 'two\nlines' },
      },
    ],
    total: { monthly_usd: { low: 50, expected: 100, high: 150 }, percent: 10 },
    plan: [{ phase: 2, weeks: '2-4', items: ['prompt_caching:x'], cumulative_monthly_usd: 100 }],
    not_recommended: [{ technique: 'batch', reason: HOSTILE, monthly_usd: -1, percent: -0.1 }],
    not_computable: [{ technique: 'exact_duplicates', missing: HOSTILE, how_to_get_it: 'export keys' }],
    price_book: { version: '0.1.8', overrides_sha256: null, priced_share: 1 },
    assumptions: [{ id: 'a', value: 1, meaning: HOSTILE, origin: 'default' }],
    ...change,
  };
}

const insufficient: Report = {
  status: 'insufficient_data',
  reason: HOSTILE,
  needed: [{ export: '=HYPERLINK("x")', how: 'ask', gives: 'rows' }],
};

async function text(of: Report, format: 'html' | 'csv') {
  return (await renderReport(of, format)).body as string;
}

/** The files of a zip archive by its central directory. */
function unzip(archive: Buffer): Record<string, string> {
  const files: Record<string, string> = {};
  let at = archive.readUInt32LE(archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1')) + 16);
  while (archive.readUInt32LE(at) === 0x02014b50) {
    const [method, size] = [archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 20)];
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const local = archive.readUInt32LE(at + 42);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const packed = archive.subarray(start, start + size);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    files[name] = (method === 8 ? inflateRawSync(packed) : packed).toString('utf8');
    at += 46 + nameLength + extra + comment;
  }
  return files;
}

test('as HTML every text of the data is text, nothing is loaded, and the charts are inside', async () => {
  const page = await text(report(), 'html');
  expect(page).not.toContain('<script');
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(page).toContain("default-src 'none'");
  expect(page).not.toMatch(/(src|href)=/);
  expect(page.match(/<svg /g)).toHaveLength(2);
  expect(page).toContain('Prompt caching');
  expect(page).toContain('$100');
  expect(await text(insufficient, 'html')).not.toContain('<script');
});

test('as CSV what a spreadsheet would run is text, figures are numbers, and quotes and lines stay in their cells', async () => {
  const [heads = '', row = '', rest] = (await text(report(), 'csv')).split('\r\n');
  expect(heads.split(',').slice(0, 3)).toEqual(['Id', 'Recommendation', 'Segment']);
  expect(row).toContain("prompt_caching:x,Prompt caching,'=cmd(),50,100,150,100,0.6,R,5,4000,40,-0.7,2,'-1+1,'\tteam");
  expect(row).toContain(`"'+a * b, ""quoted"""`);
  expect(row).toContain('"two\nlines"');
  expect(row).toContain("'@SUM(A1)");
  expect(rest).toBe('');
  expect(await text(insufficient, 'csv')).toContain(`"'=HYPERLINK(""x"")"`);
});

test('as XLSX it is a workbook of four sheets whose cells hold text and numbers, and no formula', async () => {
  const { type, body } = await renderReport(report(), 'xlsx');
  expect(type).toContain('spreadsheetml');
  const files = unzip(body as Buffer);
  const names = [...(files['xl/workbook.xml'] ?? '').matchAll(/<sheet [^>]*name="([^"]+)"/g)].map(([, name]) => name);
  expect(names).toEqual(['Summary', 'Recommendations', 'Plan', 'Not computable']);
  const sheets = Object.entries(files).filter(([name]) => name.startsWith('xl/worksheets/sheet'));
  expect(sheets).toHaveLength(4);
  for (const [, xml] of sheets) expect(xml).not.toMatch(/<f[ >]/);
  const all = Object.values(files).join('');
  expect(all).toContain('=cmd()');
  expect(all).toContain('<v>1000</v>');
  expect(all).not.toContain('<script');
});
