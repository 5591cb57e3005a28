import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { ShownRun } from '../../src/cli/show-text.ts';
import { faultTest } from '../support/fault-test.ts';
import { startTestClient } from '../support/test-client.ts';
import { shared } from '../support/test-run.ts';
import { until } from '../support/until.ts';
import { callBaton } from './call-baton.ts';

/** Fails unless its user approves. */
const asker = defineAgent({
  name: 'asker',
  input: z.unknown(),
  output: z.object({ ok: z.boolean() }),
  retry: { maxAttempts: 1 },
  async run(_input, { ask }) {
    if ((await ask({ id: 'go', question: 'Go on?' })).decision !== 'approve') throw new Error('not wanted');
    return { ok: true };
  },
});

let at: Awaited<ReturnType<typeof startTestClient>>;
beforeAll(async () => {
  at = await startTestClient({ agents: [asker] });
});
afterAll(() => at.stop());

async function asking() {
  const baton = await at.clientOf('local');
  const run = await baton.start('runAgent', { agent: 'asker', input: {} });
  let id = '';
  for await (const { type, payload } of run.events()) {
    if (type !== 'approval_requested') continue;
    id = payload.approval_id;
    break;
  }
  // The command finds runs by Temporal's visibility, which lags behind history by moments.
  await until(async () => (await baton.runs()).some(({ run_id }) => run_id === run.runId));
  const env = { TEMPORAL_ADDRESS: shared().address };
  return { run, id, baton: (...args: string[]) => callBaton(args, { dataDir: at.dataDir, env }) };
}

test('approve counts once: a rejection after it is refused with who approved before', async () => {
  const { run, id, baton } = await asking();
  const approved = await baton('approve', run.workflowId, id, '--by', 'ann', '--comment', 'fine');
  expect(approved).toMatchObject({ code: 0, stdout: `${run.runId}: ${id}: approve\n` });
  const rejected = await baton('reject', run.workflowId, id, '--by', 'bob');
  expect(rejected.code).toBe(1);
  expect(rejected.stderr).toContain(`${id} was decided before: approve, by ann`);
  expect(await run.result()).toMatchObject({ status: 'completed' });
});

faultTest(
  'show of a run that is paused and asks says who paused it, what it asks, and how to resume and answer it',
  {
    kind: 3,
    before: '`baton show` said that the run waits for a person and did not mention the pause',
  },
  async () => {
    const { run, id, baton } = await asking();
    await baton('pause', run.workflowId, '--by', 'ann', '--reason', 'prices change');
    await until(
      () => run.state(),
      ({ status }) => status === 'paused',
    );
    const { stdout } = await baton('show', run.workflowId);
    expect(stdout).toContain('paused: the run was paused by ann: prices change');
    expect(stdout).toMatch(/^paused by ann$/m);
    expect(stdout).toContain(`asks      ${id}: Go on?`);
    const json = JSON.parse((await baton('show', run.workflowId, '--json')).stdout) as ShownRun;
    expect(json).toMatchObject({ status: 'paused', paused_by: 'ann', approvals: [{ approval_id: id }] });
    const commands = json.diagnosis.remedies.map(({ command }) => command);
    expect(commands[0]).toBe(`baton resume ${run.workflowId}`);
    expect(commands).toContain(`baton approve ${run.workflowId} ${id}`);
    await baton('resume', run.workflowId);
    await run.approve(id);
    expect((await run.result()).status).toBe('completed');
    return 'reason paused, by ann; one open question; resume, then the answers, are the commands to do next';
  },
);

test('retry from a step that the run does not have names the nearest ones', async () => {
  const { run, id, baton } = await asking();
  await run.reject(id);
  expect(await run.result()).toMatchObject({ status: 'failed' });
  const retried = await baton('retry', run.workflowId, '--from', 'askr');
  expect(retried.code).toBe(1);
  expect(retried.stderr).toContain('has no step "askr"; the nearest names: asker');
});
