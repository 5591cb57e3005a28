import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callBaton } from '../cli/call-baton.ts';
import { spawnBaton, temporaryDir } from '../cli/run-baton.ts';
import { faultTest } from '../support/fault-test.ts';
import { found } from '../support/found-in-files.ts';
import { shared } from '../support/test-run.ts';
import { until } from '../support/until.ts';

type View = { status: string; pending_approvals?: { approval_id: string }[] };

/** The product as a user has it: everything in one process, spoken to over HTTP. */
async function startDev(dataDir: string, env: NodeJS.ProcessEnv) {
  const dev = spawnBaton(['dev', 'test/support/canary-app.ts'], { dataDir, env: { BATON_HTTP_PORT: '0', ...env } });
  await dev.until(/running; Ctrl-C/);
  const [, url = '', token = ''] = /page {9}(\S+)\/#token=(\S+)/.exec(dev.output.stderr) ?? [];
  async function call(path: string, body?: unknown) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${url}${path}`, { ...init, headers });
    return { status: answer.status, text: await answer.text() };
  }
  return {
    call,
    output: dev.output,
    async start(workflow: string, mark: string) {
      const { text } = await call('/v1/runs', { workflow, input: { mark } });
      return (JSON.parse(text) as { run_id: string }).run_id;
    },
    async view(runId: string, satisfies: (view: View) => boolean) {
      return until(async () => JSON.parse((await call(`/v1/runs/${runId}`)).text) as View, satisfies);
    },
    async stop() {
      dev.child.kill('SIGTERM');
      await dev.closed;
    },
  };
}

async function sayEverything(dev: Awaited<ReturnType<typeof startDev>>, mark: string) {
  const asking = await dev.start('canary', mark);
  const throwing = await dev.start('throwing', mark);
  const stuck = await dev.start('stuck', mark);
  await dev.view(asking, ({ status }) => status === 'waiting');
  const answer = { decision: 'approve', comment: `${mark}-comment` };
  await dev.call(`/v1/runs/${asking}/approvals/approval-1`, answer);
  const views = [
    await dev.view(asking, ({ status }) => status.startsWith('completed')),
    await dev.view(throwing, ({ status }) => status === 'failed'),
  ];
  return { views, asking, throwing, stuck, feed: (await dev.call('/v1/events?limit=500')).text };
}

let dir: Awaited<ReturnType<typeof temporaryDir>>;
const [plain, sealed] = ['off', 'on'].map((phase) => `${phase}${randomBytes(6).toString('hex')}`) as [string, string];
const keys = { BATON_PAYLOAD_KEYS: `k1:${randomBytes(32).toString('base64')}` };
/** What was said without keys, and then with them in the same folder: where it stands on disk, and what the user got. */
const seen = {
  plain: [] as string[],
  sealed: [] as string[],
  told: '',
  shown: '',
  terminal: '',
  metrics: '',
  lacking: '',
};
beforeAll(async () => {
  dir = await temporaryDir();
  const before = await startDev(dir.path, {});
  await sayEverything(before, plain);
  await before.stop();
  seen.plain = found(dir.path, plain);
  const after = await startDev(dir.path, keys);
  const { views, feed, throwing } = await sayEverything(after, sealed);
  seen.metrics = (await after.call('/metrics')).text;
  const { stdout } = await callBaton(['show', throwing], { dataDir: dir.path, env: keys });
  // While it runs, what was written last stands in other files than after its end.
  const running = found(dir.path, sealed);
  await after.stop();
  seen.terminal = after.output.stderr + after.output.stdout;
  const lacking = await callBaton(['gateway'], { dataDir: dir.path, env: { TEMPORAL_ADDRESS: shared().address } });
  seen.lacking = lacking.stderr;
  seen.sealed = [...new Set([...running, ...found(dir.path, sealed)])];
  seen.told = JSON.stringify(views) + feed;
  seen.shown = stdout;
}, 120_000);
afterAll(async () => dir[Symbol.asyncDispose]());

const of = (places: string[], file: string) => places.filter((place) => place.startsWith(file));

faultTest(
  "with keys Temporal's database holds nothing of a run in plain text, not even what its workflow throws",
  { kind: 17, before: 'What a workflow threw stood in plain text in temporal.db, with keys set.' },
  async () => {
    expect(of(seen.plain, 'temporal.db').length).toBeGreaterThan(5);
    expect(of(seen.sealed, 'temporal.db')).toEqual([]);
    for (const what of ['workflow', 'failure', 'result', 'thought']) expect(seen.told).toContain(`${sealed}-${what}`);
    expect(seen.shown).toContain(`${sealed}-workflow`);
    return `Without keys ${of(seen.plain, 'temporal.db').length} things that a run said stand there, with keys none; its user and show see all.`;
  },
);

faultTest(
  'with keys the log, the ledger, decisions, blobs and logs hold nothing of a run in plain text',
  { kind: 17, before: 'Thoughts, parameters, receipts, comments, questions and results stood in events.sqlite.' },
  async () => {
    expect(of(seen.plain, 'events.sqlite').length).toBeGreaterThan(8);
    expect(seen.sealed).toEqual([]);
    expect(seen.terminal).toContain('throwing ');
    expect(seen.terminal).not.toContain(sealed);
    expect(seen.metrics).toContain('baton_');
    expect(seen.metrics).not.toContain(sealed);
    return `Without keys ${seen.plain.length} things that a run said stand in files of the data folder, with keys none.`;
  },
);

test('a role that lacks the key does not start: it would write in plain text what the others seal', () => {
  expect(seen.lacking).toContain('a value of the store needs key "k1" of BATON_PAYLOAD_KEYS: it is not set');
});
