import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineApp } from '../../src/agents/define-app.ts';
import { breaker, echo } from '../support/plan-agents.ts';
import { startTestClient } from '../support/test-client.ts';

const review = {
  name: 'review',
  input: z.object({ note: z.string() }),
  plan: {
    name: 'review',
    steps: [
      { id: 'read', agent: 'echo', input: { note: '$input.note' }, timeout_ms: 5_000, retry: { max_attempts: 2 } },
      { id: 'judge', agent: 'breaker', needs: ['read'], compensate: { agent: 'echo' } },
    ],
  },
};
let at: Awaited<ReturnType<typeof startTestClient>>;
beforeAll(async () => {
  at = await startTestClient({ app: defineApp({ agents: [echo, breaker], plans: [review] }) });
});
afterAll(() => at.stop());

async function storyOf(workflowId: string) {
  const described = await at.temporal.workflow.getHandle(workflowId).describe();
  return {
    summary: await described.staticSummary(),
    details: (await described.staticDetails()) ?? '',
    memo: described.memo as Record<string, unknown>,
  };
}

test('a run says whose it is, what it will call and with which limits; nothing of what was asked for', async () => {
  const ann = await at.clientOf('ann');
  const options = { threadId: 'chat|7', requestId: 'q`1', metadata: { note: 'my password' } };
  const run = await ann.start(review, { note: 'my secret' }, options);
  const { summary, details, memo } = await storyOf(run.workflowId);
  expect(summary).toBe('plan review, 2 steps for ann');
  expect(details).toContain("- user `ann`, thread `chat'7`");
  expect(details).toContain(`- run \`${run.runId}\`, request \`q'1\`, limit 3600 s`);
  expect(details).toContain(`baton show ${run.runId}`);
  expect(details).toContain('| read | echo |  | 5 s | 2 |  |');
  expect(details).toContain('| judge | breaker | read | 30 s | 1 | by echo |');
  expect(memo).toMatchObject({
    user_id: 'ann',
    thread_id: 'chat|7',
    run_id: run.runId,
    request_id: 'q`1',
    generation: 0,
    app_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(JSON.stringify([summary, details, memo])).not.toMatch(/secret|password/);
  await run.result();
});

test('a run that is retried says by whom, and what it kept', async () => {
  const ann = await at.clientOf('ann');
  const run = await ann.start(review, { note: 'again' });
  await run.result();
  await run.retry({ by: 'ops' });
  const { summary, details, memo } = await storyOf(run.workflowId);
  expect(summary).toBe('plan review, 2 steps for ann, retry 1');
  expect(details).toContain('- retry 1, by `ops`; kept: `read`');
  expect(memo.generation).toBe(1);
  await run.result();
});

test('ids and plans as long as they may be are cut to what Temporal takes', async () => {
  // Nine bytes each in the id of a workflow, of which a user may have 400.
  const user = '€'.repeat(44);
  const long = await at.clientOf(user);
  const steps = Array.from({ length: 500 }, (_, n) => ({ id: `step_${n}`.padEnd(64, 'x'), agent: 'echo', input: {} }));
  const plan = { name: '€'.repeat(128), steps };
  const run = await long.start('runPlan', { plan }, { threadId: user, requestId: user });
  const { summary, details } = await storyOf(run.workflowId);
  expect(summary).toMatch(/^plan €+…$/);
  expect(details).toContain('and 450 more');
  // Its worker would have to share the store of payloads, which is none of this test's business.
  await at.temporal.workflow.getHandle(run.workflowId).terminate();
});
