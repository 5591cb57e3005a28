import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { limitsOf } from '../../src/agents/limits-of.ts';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { workflowIdOf } from '../../src/contracts/names.ts';
import { startReconciler } from '../../src/reconciler/start-reconciler.ts';
import { startAgentProcess } from '../support/agent-process.ts';
import { agents, deedsIn } from '../support/clerk.ts';
import { faultTest } from '../support/fault-test.ts';
import { outcomeOf } from '../support/test-run.ts';
import { until } from '../support/until.ts';

let at: Awaited<ReturnType<typeof startAgentProcess>>;
let folder: string;
beforeAll(async () => {
  at = await startAgentProcess({ module: new URL('../support/clerk.ts', import.meta.url) });
  folder = dirname(at.storePath);
});
afterAll(() => at.stop());

function start(userId: string, workflow: string, input: object) {
  const runId = randomUUID();
  const context = { user_id: userId, thread_id: 't1', run_id: runId, request_id: runId, metadata: {} };
  const limits = Object.fromEntries(agents.map((agent) => [agent.name, limitsOf(agent)]));
  const workflowId = workflowIdOf({ workflow, userId, runId });
  const args = [{ context, input, limits, timeout_ms: 60_000 }];
  return at.client.workflow.start(workflow, { workflowId, taskQueue: at.taskQueue, args });
}

const untilDone = (what: string) =>
  until(
    () => Promise.resolve(deedsIn(folder)),
    (deeds) => deeds.some((deed) => deed.what === what),
  );

async function eventsOf(userId: string): Promise<BatonEvent[]> {
  return at.stores.log.read({ userId, after: 0, limit: 500 });
}

test('what a killed worker was undoing is undone by the next one, in reverse, each once in effect', async () => {
  const steps = ['a', 'b', 'c'].map((name) => ({ agent: 'clerk', input: { folder, name } }));
  const handle = await start('ann', 'scripted', { steps: [...steps, { fail: 'no more' }] });
  await untilDone('undo b');
  await at.kill();
  await at.spawnNext();

  await expect(outcomeOf(handle)).resolves.toMatchObject({
    status: 'failed',
    compensations: ['clerk-3', 'clerk-2', 'clerk-1'].map((of) => ({ of, success: true })),
  });
  // The deed that the kill cut off may be done again, under the same key: to the outside world it is the same one.
  const undone = deedsIn(folder).filter(({ what }) => what.startsWith('undo'));
  expect([...new Set(undone.map(({ what }) => what))]).toEqual(['undo c', 'undo b', 'undo a']);
  expect(new Set(undone.map(({ key }) => key)).size).toBe(3);
  const told = (await eventsOf('ann')).flatMap(({ type, payload }) => (/^comp/.test(type) ? [[type, payload.of]] : []));
  expect(told).toEqual(
    ['clerk-3', 'clerk-2', 'clerk-1'].flatMap((of) => [
      ['compensation_started', of],
      ['compensation_completed', of],
    ]),
  );
  const entries = await at.stores.effects.list({ workflowId: handle.workflowId });
  expect(entries.map(({ state }) => state)).toEqual(['compensated', 'compensated', 'compensated']);
});

test('the place of a killed worker is free again once its lease expires, and nobody waits for ever', async () => {
  const gone = await start('bob', 'runAgent', { agent: 'tenant', input: { folder, name: 'long' } });
  await untilDone('hold long');
  const waiting = await start('cem', 'runAgent', { agent: 'tenant', input: { folder, name: 'short' } });
  // It was refused the place, so it waits in the server, not in the worker that is killed.
  await until(
    () => waiting.describe(),
    ({ raw }) => raw.pendingActivities?.some(({ attempt }) => (attempt ?? 1) > 1) ?? false,
  );
  await at.kill();
  // Nobody comes back for this place, so that nothing but its expiry frees it.
  await gone.terminate('its worker is dead');
  expect(await at.stores.leases.taken({ pool: 'agent/tenant' })).toBe(1);
  await at.spawnNext();
  await expect(outcomeOf(waiting)).resolves.toMatchObject({ status: 'completed' });
  expect(await at.stores.leases.taken({ pool: 'agent/tenant' })).toBe(0);
});

test('an agent whose worker was killed takes its own place over, before those who wait for it', async () => {
  const first = await start('dee', 'runAgent', { agent: 'tenant', input: { folder, name: 'again' } });
  await untilDone('hold again');
  await at.kill();
  await at.spawnNext();
  const held = () => Promise.resolve(deedsIn(folder).filter(({ what }) => what === 'hold again'));
  await until(held, (deeds) => deeds.length === 2);
  expect(await at.stores.leases.taken({ pool: 'agent/tenant' })).toBe(1);
  await first.cancel();
  await outcomeOf(first).catch(() => undefined);
  expect(await at.stores.leases.taken({ pool: 'agent/tenant' })).toBe(0);
});

faultTest(
  'what a stopped worker had taken of a run that was terminated meanwhile is not done when it goes on',
  {
    kind: 1,
    before:
      'The run was reported as ended with nothing to undo, and its agent, of which nobody had heard, acted afterwards.',
    timeoutMs: 60_000,
  },
  async () => {
    const { stores, client, taskQueue } = at;
    const stop = startReconciler({ ...stores, client: client.workflow, everyMs: 200, taskQueue });
    const steps = [
      { agent: 'tenant', input: { folder, name: 'short' } },
      { agent: 'frozen', input: { folder, name: 'late' } },
    ];
    const handle = await start('eve', 'scripted', { steps });
    await untilDone('freeze');
    await handle.terminate('enough');
    const ended = () => eventsOf('eve');
    await until(ended, (events) => events.some(({ type }) => type === 'run_failed'));
    process.kill(Number(deedsIn(folder).find(({ what }) => what === 'freeze')?.key), 'SIGCONT');
    await untilDone('thawed late');
    await stop();
    expect(deedsIn(folder).map(({ what }) => what)).not.toContain('do late');
    expect(await stores.effects.list({ workflowId: handle.workflowId })).toEqual([]);
    return 'Its tool is refused: the ledger was closed to the agent before the end was published.';
  },
);
