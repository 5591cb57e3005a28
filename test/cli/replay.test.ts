import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import example from '../../examples/own-workflow/app.ts';
import type { CheckedHistory } from '../../src/replay/check-histories.ts';
import { startTestClient } from '../support/test-client.ts';
import { shared } from '../support/test-run.ts';
import { callBaton } from './call-baton.ts';
import { runBaton } from './run-baton.ts';
import { until } from '../support/until.ts';

const { address } = shared();
const MODULE = 'examples/own-workflow/app.ts';
const env = { TEMPORAL_ADDRESS: address };

let at: Awaited<ReturnType<typeof startTestClient>>;
let workflowId: string;

/** One run of the example that asked its user, as it was in production. */
beforeAll(async () => {
  at = await startTestClient({ app: example });
  const baton = await at.clientOf('ann');
  const run = await baton.startNamed('trip', { sku: 'map', approve: true });
  for await (const { type, payload } of run.events()) {
    if (type === 'approval_requested') await run.approve(payload.approval_id);
  }
  ({ workflowId } = run);
  // The command finds runs by Temporal's visibility, which lags behind history by moments.
  await until(async () => (await baton.runs()).some(({ workflow_id }) => workflow_id === workflowId));
}, 60_000);

afterAll(() => at.stop());

/** `baton replay` of the server's trips on the example with one change; of other tests' trips there is no log here. */
async function replayOf(change: (source: string) => string) {
  const copy = mkdtempSync('test/.mutation-');
  try {
    cpSync('examples/own-workflow', copy, { recursive: true });
    const workflows = join(copy, 'workflows.ts');
    const source = readFileSync(workflows, 'utf8');
    writeFileSync(workflows, change(source));
    const args = ['replay', join(copy, 'app.ts'), '--workflow', 'trip', '--since', '1h', '--json'];
    // The bundle of this copy serves nobody else.
    const own = { ...env, BATON_CACHE_DIR: at.dataDir };
    const { code, stdout, stderr } = await callBaton(args, { dataDir: at.dataDir, env: own });
    const checks = stdout === '' ? [] : (JSON.parse(stdout) as CheckedHistory[]);
    return { code, stderr, check: checks.find(({ workflow_id }) => workflow_id === workflowId) };
  } finally {
    rmSync(copy, { recursive: true });
  }
}

test("a server's run replays on the code that ran it, and its feed is what that code shows", async () => {
  expect(await replayOf((source) => source)).toMatchObject({
    code: 0,
    check: { workflow: 'trip', fault: null, divergence: null, feed: [] },
  });
});

test('an agent that the code no longer calls is named, with the step and what comes instead', async () => {
  const { code, check } = await replayOf((source) => source.replace('await quote({ sku })', '{ sku, cents: 300 }'));
  expect(code).toBe(1);
  expect(check?.divergence).toMatchObject({ kind: 'diverged', step: '1', agent: 'quote' });
  expect(check?.divergence?.text).toMatch(
    /^step 1, agent quote: history scheduled quote here, the code now .*; event \d+$/,
  );
});

test('another question for the user replays, but is found in the feed', async () => {
  const { code, check } = await replayOf((source) => source.replace('`Buy ${sku}', '`Pay ${sku}'));
  expect(code).toBe(1);
  expect(check?.divergence).toBeNull();
  expect(check?.feed).toEqual([
    { sign: '-', line: expect.stringContaining('"question":"Buy map for 300 cents?"') },
    { sign: '+', line: expect.stringContaining('"question":"Pay map for 300 cents?"') },
  ]);
});

test('an exported history names nobody, is not overwritten, and is checked without a server', async () => {
  const histories = join(at.dataDir, 'histories');
  mkdirSync(histories);
  const out = join(histories, 'trip.json');
  const args = ['history', 'export', workflowId, '--scrub', '--feed', '--app', MODULE, '--out', out];
  expect(await callBaton(args, { dataDir: at.dataDir, env })).toMatchObject({ code: 0 });
  const [history, feed] = [readFileSync(out, 'utf8'), readFileSync(join(histories, 'trip.feed.json'), 'utf8')];
  // Of the whole history, not of its first payload: what the operator's desk shows of a run stands before its input.
  const payloads = [...history.matchAll(/"data": "([^"]*)"/g)].map(([, data = '']) => `${Buffer.from(data, 'base64')}`);
  const start = payloads.find((text) => text.includes('"user_id"'));
  expect(payloads.join('\n')).not.toMatch(/Buy map|"map"|\bann\b/);
  expect(start).toMatch(/"user_id":"text_\d+".*"sku":"text_\d+"/);
  expect(feed).not.toContain('Buy map');
  const again = await callBaton(args, { dataDir: at.dataDir, env });
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('trip.json exists: a history that is kept') });
  const noServer = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const checked = await runBaton(['replay', MODULE, '--dir', histories], { dataDir: at.dataDir, env: noServer });
  expect(checked).toMatchObject({ code: 0, stdout: '1 history: 1 replay, 1 feed compared\n' });
});

test('what cannot be checked is an error that says what to do', async () => {
  const replay = (...args: string[]) => callBaton(['replay', MODULE, ...args], { dataDir: at.dataDir, env });
  const noRun = await replay('--workflow', 'trap');
  const noFolder = await replay('--dir', join(at.dataDir, 'none'));
  const noServer = await callBaton(['replay'], { dataDir: at.dataDir, env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  expect([noRun.code, noFolder.code, noServer.code]).toEqual([1, 1, 1]);
  expect(noRun.stderr).toContain('no run of workflow trap started within 7d: give a longer --since');
  expect(noFolder.stderr).toContain('there is no such folder');
  expect(noServer.stderr).toContain('127.0.0.1:1');
});
