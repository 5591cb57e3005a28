import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { startTestClient } from '../support/test-client.ts';
import { shared } from '../support/test-run.ts';
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
  while (!(await baton.runs()).some(({ run_id }) => run_id === run.runId)) await new Promise(setImmediate);
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

test('retry from a step that the run does not have names the nearest ones', async () => {
  const { run, id, baton } = await asking();
  await run.reject(id);
  expect(await run.result()).toMatchObject({ status: 'failed' });
  const retried = await baton('retry', run.workflowId, '--from', 'askr');
  expect(retried.code).toBe(1);
  expect(retried.stderr).toContain('has no step "askr"; the nearest names: asker');
});
