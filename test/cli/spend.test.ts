import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AZURE_CODE, AZURE_HEADER, MOONCAKE_CONVERSATION } from '../spend/fixtures.ts';
import { faultTest } from '../support/fault-test.ts';
import { callBaton } from './call-baton.ts';
import { runBaton, spawnBaton, temporaryDir } from './run-baton.ts';

let dir: Awaited<ReturnType<typeof temporaryDir>>;
let dev: ReturnType<typeof spawnBaton>;
beforeAll(async () => {
  dir = await temporaryDir();
  dev = spawnBaton(['dev'], { dataDir: dir.path });
  await dev.until(/running; Ctrl-C/);
});
afterAll(async () => {
  dev.child.kill('SIGTERM');
  await dev.closed;
  await dir[Symbol.asyncDispose]();
});

const baton = (...args: string[]) => callBaton(args, { dataDir: dir.path });
async function file(name: string, text: string): Promise<string> {
  const path = join(dir.path, name);
  await writeFile(path, text);
  return path;
}

type Technique = { technique: string; variant?: string; percent?: number; standalone_percent?: number };
type Shown = {
  source: { rows: number };
  baseline: Record<string, number>;
  recommendations: Technique[];
  not_recommended: Technique[];
};
const standalone = ({ recommendations }: Shown, technique: string) =>
  recommendations.find((each) => each.technique === technique)?.standalone_percent;

faultTest(
  "a price file for a provider of one's own prices its models, by their full name and with the provider beside it",
  {
    kind: 28,
    before: 'It ended in a Parser Error of SQL about a table of rates with nothing in it.',
    timeoutMs: 30_000,
  },
  async () => {
    const usage = await file(
      'own-usage.csv',
      `${AZURE_HEADER}\n2023-11-16 18:15:46.6805900,400000,0\n2023-11-16 18:16:46.6805900,600000,1\n`,
    );
    const models = { 'acme/giant-1': { input_mtok: 3, output_mtok: 15 } };
    const prices = await file('own-prices.json', JSON.stringify({ models }));
    const named = [
      ['--model', 'giant-1', '--provider', 'acme'],
      ['--model', 'acme/giant-1'],
    ];
    for (const model of named) {
      const { stdout, stderr } = await baton('spend', usage, ...model, '--prices', prices, '--json');
      expect(stderr).not.toMatch(/Parser Error|No price/);
      expect(JSON.parse(stdout)).toMatchObject({ baseline: { list_usd: expect.closeTo(3, 3) } });
    }
    return 'A million tokens cost 3 dollars, as the file says.';
  },
);

describe('baton spend on the real traces', () => {
  test('gives the figures of the Azure trace, exit code 0, nothing but JSON on stdout, and the whole report as a file', async () => {
    const out = join(dir.path, 'report.md');
    const args = ['spend', AZURE_CODE, '--model', 'claude-sonnet-4-5', '--json', '--out', out];
    const { code, stdout } = await runBaton(args, { dataDir: dir.path });
    const report = JSON.parse(stdout) as Shown;
    expect(code).toBe(0);
    expect(report.baseline.list_usd).toBeCloseTo(57.87, 2);
    expect(report.baseline.monthly_usd).toBeCloseTo(44_261, -1);
    expect(standalone(report, 'right_size')).toBeCloseTo(4.554, 1);
    expect(standalone(report, 'output_cap')).toBeCloseTo(1.33, 1);
    expect(await readFile(out, 'utf8')).toContain('## Recommendations');
    expect((await readdir(dir.path)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('finds what caching saves in a part of the Mooncake trace', async () => {
    const lines = (await readFile(MOONCAKE_CONVERSATION, 'utf8')).split('\n').slice(0, 1_000);
    const path = await file('mooncake.jsonl', lines.join('\n'));
    const { code, stdout } = await baton('spend', path, '--model', 'gpt-4o', '--json');
    const report = JSON.parse(stdout) as Shown;
    expect(code).toBe(0);
    expect(report.source.rows).toBe(1_000);
    expect(standalone(report, 'prompt_caching')).toBeGreaterThan(0);
  });

  test('lists, shows and replays the watch of what ran, as JSON', async () => {
    const runs = JSON.parse((await baton('runs', '--json')).stdout) as { run_id: string; status: string }[];
    const done = runs.find(({ status }) => status === 'completed');
    const shown = JSON.parse((await baton('show', done?.run_id ?? '', '--json')).stdout) as { agents: object[] };
    const watched = (await baton('watch', done?.run_id ?? '', '--json')).stdout.trim().split('\n');
    expect(shown.agents).toHaveLength(5);
    expect(JSON.parse(watched.at(-1) ?? '')).toMatchObject({ type: 'run_completed' });
    expect(await baton('cancel', done?.run_id ?? '', '--json')).toMatchObject({ code: 0 });
  });
});

test('a file with a header and no rows ends with exit code 3 and what to export, and no figure', async () => {
  const path = await file('header-only.csv', `${AZURE_HEADER}\r\n`);
  const { code, stdout } = await runBaton(['spend', path, '--model', 'gpt-4o', '--json'], { dataDir: dir.path });
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    status: 'insufficient_data',
    needed: [{ how: expect.any(String) }, {}, {}],
  });
});

describe('bad input ends with its path, its reason and exit code 1', () => {
  const row = (i: number) => `2023-11-16 18:${String(i % 60).padStart(2, '0')}:03.9799600,4808,10`;
  const rows = (count: number) => Array.from({ length: count }, (_, i) => row(i));

  const TIME = '2023-11-16 18:59:03.9799600';
  const tooBad = (name: string, bad: string) => file(name, [AZURE_HEADER, ...rows(10), bad].join('\n'));

  test.each<[string, () => Promise<string>, RegExp]>([
    ['a missing file', async () => '/no/such/usage.csv', /\/no\/such\/usage\.csv.*no such file/],
    ['a folder', async () => dir.path, /is a folder/],
    ['an empty file', () => file('empty.csv', ''), /empty\.csv.*is empty/],
    ['another format', () => file('other.csv', 'a,b\n1,2\n'), /other\.csv.*Understood: Azure LLM/],
    ['no text at all', () => file('picture.csv', '\x89PNG\r\n\x1a\n\0\0'), /picture\.csv.*format is not known/],
    ['a truncated file', () => tooBad('cut.csv', '2023-11-16 18'), /cut\.csv, row 12: expected 3 columns, found 1/],
    [
      'a column of another type',
      () => tooBad('type.csv', `${TIME},many,10`),
      /type\.csv, row 12: .*whole number: many/,
    ],
    [
      'negative tokens',
      () => tooBad('minus.csv', `${TIME},-5,10`),
      /minus\.csv, row 12: ContextTokens is negative: -5/,
    ],
    [
      'over 5% bad rows',
      () => file('bad.csv', [AZURE_HEADER, ...rows(80), ...Array(20).fill('x,-1,z')].join('\n')),
      /bad\.csv.*\b82\b/s,
    ],
  ])('%s', async (_name, make, message) => {
    const out = join(dir.path, 'never.json');
    const { code, stdout, stderr } = await baton('spend', await make(), '--model', 'gpt-4o', '--out', out);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(await readdir(dir.path)).not.toContain('never.json');
  });

  test('an unknown model: near names are offered', async () => {
    const { code, stderr } = await baton('spend', AZURE_CODE, '--model', 'claude-sonet-4-5');
    expect(code).toBe(1);
    expect(stderr).toMatch(/claude-sonet-4-5/);
    expect(stderr).toMatch(/claude-sonnet-4-5/);
  });

  test('a port in use, named before anything is started', async () => {
    await using other = await temporaryDir();
    const port = /Temporal +127\.0\.0\.1:(\d+)/.exec(dev.output.stderr)?.[1] ?? '';
    const { code, stderr } = await callBaton(['dev', '--port', port], { dataDir: other.path });
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${port} of 127.0.0.1 is in use`);
  });

  test.each<[string, string[], RegExp]>([
    ['an assumption without a number', ['--set', 'right_size.max_input'], /"right_size\.max_input" is not NAME=NUMBER/],
    ['an assumption nobody knows', ['--set', 'luck=1'], /luck=1 cannot be set.*Known: .*output_cap/],
    ['a price file that is missing', ['--prices', '/no/prices.json'], /Price file \/no\/prices\.json.*no such file/],
    ['a price file that is no JSON', ['--prices', AZURE_CODE], /Price file .*code\.csv is not JSON: .*Expected/],
    [
      'a price file cut off in its third line',
      ['--prices', 'cut-prices.json'],
      /Price file .*cut-prices\.json, line 3 is not JSON: .*Expected/,
    ],
    ['a spend below zero', ['--monthly', '-3'], /--monthly.*'-3' is invalid.*above 0/],
  ])('%s', async (_name, args, message) => {
    const prices = await file('cut-prices.json', '{"models":\n {"openai/gpt-4o":\n  {"input_mtok": 3,');
    const own = args.map((arg) => (arg === 'cut-prices.json' ? prices : arg));
    const { code, stdout, stderr } = await baton('spend', AZURE_CODE, '--model', 'gpt-4o', ...own);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('a few bad rows are counted and named in the report, which is still made', async () => {
    const path = await file('few.csv', [AZURE_HEADER, ...rows(50), `${TIME},-5,10`].join('\n'));
    const { code, stdout } = await baton('spend', path, '--model', 'gpt-4o', '--json');
    expect(code).toBe(0);
    const bad = { row: 52, reason: 'ContextTokens is negative: -5' };
    expect(JSON.parse(stdout)).toMatchObject({ source: { rows: 50, rejected_rows: 1, bad_rows: [bad] } });
    const text = await baton('spend', path, '--model', 'gpt-4o');
    expect(text.stdout).toContain(`1 row could not be used:\n  ${path}, row 52: ${bad.reason}`);
  });

  test('an ending of --out that nobody can write is refused before the run', async () => {
    const args = ['spend', AZURE_CODE, '--out', 'report.docx'];
    const { code, stderr } = await runBaton(args, { dataDir: dir.path });
    expect(code).toBe(1);
    expect(stderr).toContain('the ending must be one of');
  });
});

test('a plan that goes on past a step that failed ends with exit code 2, and names the step', async () => {
  const steps = [
    { id: 'lost', agent: 'triage', input: { files: ['/no/such/usage.csv'] }, continue_on_error: true },
    { id: 'found', agent: 'triage', input: { files: [AZURE_CODE] } },
  ];
  const path = await file('plan.json', JSON.stringify({ name: 'two-files', steps }));
  const { code, stdout } = await baton('plan', 'run', path);
  expect(code).toBe(2);
  expect(stdout).toMatch(/^failed +lost: .*\/no\/such\/usage\.csv/m);
  expect(stdout).toMatch(/^completed +found$/m);
  expect(stdout).toMatch(/^completed_with_errors$/m);
});

describe('baton doctor', () => {
  test('says as JSON, and by its exit code, that all is well, or what is not', async () => {
    const well = await runBaton(['doctor', '--json'], { dataDir: dir.path });
    const checks = JSON.parse(well.stdout) as { name: string; state: string; remedy?: string }[];
    expect(well.code).toBe(0);
    expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['node', 'temporal', 'namespace', 'timers']));
    expect(checks.filter(({ state }) => state === 'bad')).toEqual([]);

    const nobody = await callBaton(['doctor', '--json'], {
      dataDir: dir.path,
      env: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
    });
    expect(nobody.code).toBe(1);
    expect(JSON.parse(nobody.stdout)).toContainEqual({
      name: 'temporal',
      state: 'bad',
      found: expect.stringMatching(/does not answer at 127\.0\.0\.1:1: .* set TEMPORAL_ADDRESS/),
    });
  });
});
