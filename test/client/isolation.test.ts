import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { limitsOf } from '../../src/agents/limits-of.ts';
import type { RunHandle } from '../../src/client.ts';
import { workflowIdOf } from '../../src/contracts/names.ts';
import { startTestClient } from '../support/test-client.ts';

const asker = defineAgent({
  name: 'asker',
  input: z.unknown(),
  output: z.object({ decision: z.string() }),
  run: async (_input, { ask }) => ({ decision: (await ask({ id: 'go', question: 'Go on?' })).decision }),
});

let at: Awaited<ReturnType<typeof startTestClient>>;
let theirs: RunHandle;
let asked = '';
beforeAll(async () => {
  at = await startTestClient({ agents: [asker] });
  const owner = await at.clientOf('owner');
  theirs = await owner.start('runAgent', { agent: 'asker', input: {} }, { runId: 'secret' });
  for await (const { type, payload } of theirs.events()) {
    if (type !== 'approval_requested') continue;
    asked = payload.approval_id;
    break;
  }
});
afterAll(async () => {
  await theirs.cancel();
  await theirs.result();
  await at.stop();
});

async function firstOf(events: AsyncIterable<unknown>) {
  for await (const event of events) return event;
  return undefined;
}

const CALLS: Record<string, (run: RunHandle) => Promise<unknown>> = {
  read: (run) => run.state(),
  'waited for': (run) => run.result(),
  followed: (run) => firstOf(run.events()),
  cancelled: (run) => run.cancel(),
  paused: (run) => run.pause(),
  resumed: (run) => run.resume(),
  approved: (run) => run.approve(asked),
  rejected: (run) => run.reject(asked),
  decided: (run) => run.decide({ approval_id: asked, decision: 'approve', by: 'owner' }),
  retried: (run) => run.retry(),
};

describe("another user's run", () => {
  test.each(Object.keys(CALLS))('cannot be %s, in the words for a run that never was', async (name) => {
    const call = CALLS[name] as (run: RunHandle) => Promise<unknown>;
    const thief = await at.clientOf('thief');
    for (const runId of ['secret', 'never-was']) {
      await expect(call(thief.run(runId, 'runAgent'))).rejects.toMatchObject({
        code: 'not_found',
        message: `there is no run "${runId}"`,
      });
    }
    expect(await at.store.decisions.get({ workflowId: theirs.workflowId, approvalId: asked })).toBeUndefined();
    expect(await theirs.state()).toMatchObject({ status: 'waiting', paused_by: null });
  });

  test('is not described, found or listed', async () => {
    const thief = await at.clientOf('thief');
    expect(await thief.run('secret', 'runAgent').describe()).toBeUndefined();
    expect(await thief.find('secret')).toBeUndefined();
    expect(await thief.runs()).toEqual([]);
    const own = await (await at.clientOf('owner')).find('secret');
    expect(own?.workflowId).toBe(theirs.workflowId);
  });

  test.each(['runAgent/owner/secret', '../runAgent/owner', 'runAgent/owner'])(
    'cannot be reached by the workflow name "%s"',
    async (workflow) => {
      const thief = await at.clientOf('thief');
      expect(() => thief.run('secret', workflow)).toThrow('is not the name of a workflow');
    },
  );

  test('cannot be reached by a run id or a user that looks like a part of its workflow id', async () => {
    const slashed = await at.clientOf('owner/secret');
    expect(slashed.run('x', 'runAgent').workflowId).toBe('runAgent/owner%2Fsecret/x');
    const thief = await at.clientOf('thief');
    await expect(thief.run('../owner/secret', 'runAgent').state()).rejects.toMatchObject({ code: 'not_found' });
  });
});

test('a run started past the client for another user than its id names is refused before an agent is called', async () => {
  const runId = randomUUID();
  const workflowId = workflowIdOf({ workflow: 'runAgent', userId: 'owner', runId });
  const context = { user_id: 'thief', thread_id: 't1', run_id: runId, request_id: runId, metadata: {} };
  const limits = { asker: limitsOf(asker) };
  const args = [{ context, input: { agent: 'asker', input: {} }, limits, timeout_ms: 60_000 }];
  const handle = await at.temporal.workflow.start('runAgent', { workflowId, taskQueue: at.taskQueue, args });
  await expect(handle.result()).rejects.toMatchObject({
    cause: { type: 'InvalidInput', message: expect.stringContaining('does not belong to user thief') },
  });
  const { events } = await handle.fetchHistory();
  expect(events?.some(({ activityTaskScheduledEventAttributes }) => activityTaskScheduledEventAttributes)).toBe(false);
});
