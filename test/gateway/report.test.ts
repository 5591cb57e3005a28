import { rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { costApp } from '../../src/agents/cost-app.ts';
import type { CompletedReport } from '../../src/contracts/report.ts';
import { faultTest } from '../support/fault-test.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';

const TRACE = resolve('examples/data/AzureLLMInferenceTrace_code.csv');

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
let worker: Awaited<ReturnType<typeof startTestWorker>>;
let path: string;
let waiting: Awaited<ReturnType<typeof worker.start>>;
/** As it is shown over HTTP: without the folders of its files. */
let report: CompletedReport;

beforeAll(async () => {
  gateway = await startTestGateway();
  const { agents } = costApp({ dataDir: gateway.dataDir });
  worker = await startTestWorker({ agents, notifier: gateway.log });
  const input = { files: [TRACE], model: 'claude-sonnet-4-5', set: { 'right_size.escalation': 0.3 } };
  const { handle, runId } = await worker.start('costOptimization', input, { userId: 'ann' });
  waiting = await worker.start('costOptimization', { ...input, require_approval: true }, { userId: 'ann' });
  const { source, ...figures } = (await outcomeOf<CompletedReport>(handle)).result as CompletedReport;
  const files = source.files.map((file) => ({ ...file, path: basename(file.path) }));
  report = { ...figures, source: { ...source, files } };
  path = `/v1/runs/${runId}`;
  await gateway.log.follow({ userId: 'ann', runId: waiting.runId, after: 0 }).next();
}, 60_000);
afterAll(async () => {
  await waiting.handle.terminate();
  await worker.stop();
  await gateway.stop();
});

async function whatIf(user: string, run: string, body: unknown) {
  const answer = await gateway.post(user, `${run}/what-if`, body);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

test('is served as JSON, Markdown, HTML, CSV and a workbook, and as nothing else', async () => {
  const types: string[] = [];
  for (const format of ['json', 'md', 'html', 'csv', 'xlsx']) {
    const answer = await gateway.call('ann', `${path}/report?format=${format}`);
    const body = Buffer.from(await answer.arrayBuffer());
    types.push(`${answer.status} ${answer.headers.get('content-type')} ${answer.headers.get('content-disposition')}`);
    expect(body.length).toBeGreaterThan(300);
    if (format === 'json') expect(JSON.parse(body.toString())).toEqual(report);
    if (format === 'xlsx') expect(body.subarray(0, 2).toString()).toBe('PK');
  }
  expect(types).toEqual([
    '200 application/json; charset=utf-8 inline; filename="report.json"',
    '200 text/markdown; charset=utf-8 inline; filename="report.md"',
    '200 text/html; charset=utf-8 inline; filename="report.html"',
    '200 text/csv; charset=utf-8 inline; filename="report.csv"',
    '200 application/vnd.openxmlformats-officedocument.spreadsheetml.sheet inline; filename="report.xlsx"',
  ]);
  expect((await gateway.call('ann', `${path}/report?format=pdf`)).status).toBe(400);
});

faultTest(
  'neither the report nor anything else about its run says where files lie on the machine',
  { kind: 18, before: 'Report, run and events named usage files, ledger and report by their absolute paths.' },
  async () => {
    const formats = ['json', 'md', 'html', 'csv'].map((format) => `${path}/report?format=${format}`);
    const calls = [...formats, path, '/v1/events?limit=1000'];
    const texts = await Promise.all(calls.map(async (call) => (await gateway.call('ann', call)).text()));
    const folders = [dirname(TRACE), gateway.dataDir];
    const shown = calls.filter((_, index) => folders.some((folder) => texts[index]?.includes(folder)));
    expect(shown).toEqual([]);
    expect(texts.filter((text) => text.includes(basename(TRACE))).length).toBeGreaterThan(3);
    return `Of ${calls.length} answers ${shown.length} say it; the files are named by their last names.`;
  },
);

test('recomputed with nothing changed it is the same to the cent, with what the run itself was given', async () => {
  const { status, body } = await whatIf('ann', path, { set: {} });
  expect({ status, body }).toEqual({ status: 200, body: JSON.parse(JSON.stringify(report)) });
});

test('recomputed with other assumptions its figures change, add up, and say who set them; the run stays as it was', async () => {
  const set = { 'right_size.escalation': 1, effort_rate_usd_per_day: 100 };
  const { status, body } = await whatIf('ann', path, { set });
  expect(status).toBe(200);
  const changed = body as unknown as CompletedReport;
  expect(changed.total.monthly_usd.expected).toBeLessThan(report.total.monthly_usd.expected);
  const cents = (amounts: number[]) => Math.round(100 * amounts.reduce((sum, each) => sum + each, 0));
  const marginals = changed.recommendations.map(({ marginal_monthly_usd }) => marginal_monthly_usd.expected);
  expect(cents(marginals)).toBe(cents([changed.total.monthly_usd.expected]));
  for (const { effort_days, effort_usd } of changed.recommendations) expect(effort_usd).toBe(100 * effort_days);
  const byUser = changed.assumptions.filter(({ origin }) => origin === 'user').map(({ id }) => id);
  expect(byUser).toEqual(expect.arrayContaining(['effort_rate_usd_per_day', 'right_size.escalation.expected']));
  const still = await gateway.call('ann', `${path}/report`);
  expect(await still.json()).toEqual(report);
});

test('a name that no assumption has is refused with the nearest one, whether the run is good or not', async () => {
  const { status, body } = await whatIf('ann', path, { set: { 'right_size.escalaton': 0.5, effort_rate: 1, zzz: 1 } });
  expect(status).toBe(422);
  expect(body).toMatchObject({
    code: 'invalid_input',
    errors: [
      { path: '/set/right_size.escalaton', message: expect.stringContaining('"right_size.escalation"') },
      { path: '/set/effort_rate' },
      { path: '/set/zzz', message: 'there is no such assumption' },
    ],
  });
  for (const set of [{ a: -1 }, { a: 'x' }, undefined]) expect((await whatIf('ann', path, { set })).status).toBe(400);
});

test("another user's run is none, and one without a report has nothing to recompute", async () => {
  const unended = `/v1/runs/${waiting.runId}`;
  expect(await whatIf('bob', path, { set: {} })).toMatchObject({ status: 404, body: { code: 'not_found' } });
  expect(await whatIf('ann', unended, { set: {} })).toMatchObject({ status: 409, body: { code: 'run_not_finished' } });
  expect((await gateway.call('ann', `${unended}/report?format=html`)).status).toBe(409);
});

test('OpenAPI tells of both', async () => {
  const { paths } = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as { paths: Record<string, unknown> };
  expect(paths['/v1/runs/{run_id}/what-if']).toMatchObject({ post: { requestBody: expect.anything() } });
  const described = JSON.stringify(paths['/v1/runs/{run_id}/report']);
  for (const format of ['json', 'md', 'html', 'csv', 'xlsx']) expect(described).toContain(`"${format}"`);
});

test('once its ledger is gone it can be read but not recomputed', async () => {
  rmSync(join(gateway.dataDir, 'ledgers'), { recursive: true });
  expect(await whatIf('ann', path, { set: {} })).toMatchObject({ status: 409, body: { code: 'not_recomputable' } });
  expect((await gateway.call('ann', `${path}/report`)).status).toBe(200);
});
