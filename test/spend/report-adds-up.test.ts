import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { reportSchema } from '../../src/contracts/report.ts';
import type { CompletedReport } from '../../src/contracts/report.ts';
import { BOUNDS } from '../../src/contracts/report.ts';
import { renderMarkdown } from '../../src/spend/report/render-markdown.ts';
import { renderText } from '../../src/spend/report/render-text.ts';
import { AZURE_CODE, completed, MOONCAKE_CONVERSATION, temporaryFolder } from './fixtures.ts';

const CASES = [
  { name: 'Azure code as claude-sonnet-4-5', file: AZURE_CODE, model: 'claude-sonnet-4-5' },
  { name: 'Azure code as gpt-4o', file: AZURE_CODE, model: 'gpt-4o' },
  { name: 'Azure code as claude-haiku-4-5, which has no smaller sibling', file: AZURE_CODE, model: 'claude-haiku-4-5' },
  {
    name: 'Azure code as gpt-6-sol, half the requests repeated',
    file: AZURE_CODE,
    model: 'gpt-6-sol',
    set: { 'right_size.escalation': 0.99 },
  },
  {
    name: 'the first 3,000 requests of Mooncake conversation as gpt-5.4',
    file: MOONCAKE_CONVERSATION,
    requests: 3_000,
    model: 'gpt-5.4',
  },
  {
    name: 'the first 3,000 requests of Mooncake conversation as claude-sonnet-4-5',
    file: MOONCAKE_CONVERSATION,
    requests: 3_000,
    model: 'claude-sonnet-4-5',
  },
  {
    name: 'the first 3,000 requests of Mooncake conversation as claude-opus-5.5',
    file: MOONCAKE_CONVERSATION,
    requests: 3_000,
    model: 'claude-opus-5.5',
  },
];

/** What has to add up does so in a part as in the whole, at a quarter of the cost; the figures of the whole are elsewhere. */
const firstLines = async (file: string, count: number) => (await readFile(file, 'utf8')).split('\n', count).join('\n');

const reports = new Map<string, CompletedReport>();
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  for (const { name, file, model, set, requests } of CASES) {
    const path = requests ? await folder.file('head.jsonl', await firstLines(file, requests)) : file;
    reports.set(name, await completed({ files: [path], model, set }, folder.path));
  }
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

describe.each(CASES.map(({ name }) => name))('the report of %s', (name) => {
  const report = () => reports.get(name) as CompletedReport;
  const cents = (usd: number) => Math.round(usd * 100);

  test('fits the wire', () => {
    expect(reportSchema.parse(report())).toEqual(report());
    expect(JSON.stringify(report()).length).toBeLessThan(16_000);
  });

  test('has marginal savings that add up to the total, to the cent, for each bound', () => {
    const { recommendations, total } = report();
    for (const bound of BOUNDS) {
      const sum = recommendations.reduce((all, each) => all + cents(each.marginal_monthly_usd[bound]), 0);
      expect(sum).toBe(cents(total.monthly_usd[bound]));
    }
  });

  test('never saves more than is spent, nor less than nothing', () => {
    const { total, baseline } = report();
    for (const bound of BOUNDS) {
      expect(total.monthly_usd[bound]).toBeLessThanOrEqual(baseline.monthly_usd);
      expect(total.monthly_usd[bound]).toBeGreaterThanOrEqual(0);
    }
    expect(total.monthly_usd.low).toBeLessThanOrEqual(total.monthly_usd.expected);
    expect(total.monthly_usd.expected).toBeLessThanOrEqual(total.monthly_usd.high);
  });

  test('recommends only what saves, with a confidence above 0 and at most 1', () => {
    for (const { marginal_monthly_usd, confidence } of report().recommendations) {
      expect(marginal_monthly_usd.expected).toBeGreaterThan(0);
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });

  test('puts each recommendation into exactly one phase, and nothing else', () => {
    const planned = report().plan.flatMap(({ items }) => items);
    expect([...planned].sort()).toEqual(
      report()
        .recommendations.map(({ id }) => id)
        .sort(),
    );
    for (const { id, phase } of report().recommendations)
      expect(report().plan.find(({ items }) => items.includes(id))?.phase).toBe(phase);
  });

  test('ends its plan at the total, and no phase falls behind the one before', () => {
    const reached = report().plan.map(({ cumulative_monthly_usd }) => cumulative_monthly_usd);
    expect(reached).toEqual([...reached].sort((a, b) => a - b));
    expect(reached.at(-1) ?? 0).toBe(report().total.monthly_usd.expected);
  });

  test('names each of the sixteen techniques once as recommended, refused or not computable', () => {
    const { recommendations, not_recommended, not_computable } = report();
    const named = [...recommendations, ...not_recommended, ...not_computable].map(({ technique }) => technique);
    expect(new Set(named).size).toBe(16);
    const open = new Set(not_computable.map(({ technique }) => technique));
    for (const { technique } of recommendations) expect(open.has(technique)).toBe(false);
  });

  test('prints a year as twelve months', () => {
    const { expected } = report().total.monthly_usd;
    const year = (12 * expected).toLocaleString('en-US', { maximumFractionDigits: 0 });
    expect(renderMarkdown(report())).toContain(`in a year $${year}`);
    expect(renderText(report())).toContain(`$${year} a year`);
  });

  test('states the condition of its monthly figures in the first line', () => {
    for (const text of [renderMarkdown(report()), renderText(report())])
      expect(text.split('\n')[0]).toContain("if this window's rate held all month");
  });
});
