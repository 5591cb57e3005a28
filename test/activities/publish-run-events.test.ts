import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createHeldEvents } from '../../src/activities/held-events.ts';
import { endRun, publishRunEvents } from '../../src/activities/publish-run-events.ts';
import type { NewEvent } from '../../src/contracts/event.ts';
import type { Notifier } from '../../src/notifier/notifier.ts';
import { withOutbox } from '../../src/notifier/outbox.ts';
import { newEvent } from '../notifier/events.ts';
import { openTestStores } from '../support/open-test-stores.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-publish-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const down = { publish: () => Promise.reject(new Error('the log is down')) };

function publishAfter(waitedMs: number, events: NewEvent[], outbox: ReturnType<typeof withOutbox>) {
  const environment = new MockActivityEnvironment({ scheduledTimestampMs: Date.now() - waitedMs });
  return environment.run(publishRunEvents, events, outbox) as Promise<void>;
}

test('events of the workflow are tried again by Temporal, and left to the outbox where the log stays down', async () => {
  const outbox = withOutbox(down, { folder });
  const end = newEvent('run_completed');
  await expect(publishAfter(0, [end], outbox)).rejects.toMatchObject({
    message: 'the log is down',
    nonRetryable: false,
  });
  expect(outbox.holds(end.id)).toBe(false);
  await publishAfter(310_000, [end], outbox);
  expect(outbox.holds(end.id)).toBe(true);
  await outbox.close();
});

describe('the end of a run', () => {
  const secret = 'sk-abcdefghijklmnopqrstuvwxyz0123456789';
  const end = newEvent('run_completed', { payload: { status: 'completed', summary: secret, execution_time_ms: 1 } });
  const outcome = { run_id: 'r1', workflow_id: 'w', workflow: 'w', status: 'completed' as const, agents: [] };

  function endAfter(waitedMs: number, notifier: Notifier) {
    const environment = new MockActivityEnvironment({ scheduledTimestampMs: Date.now() - waitedMs });
    return environment.run(endRun, [end], outcome, notifier) as Promise<void>;
  }

  test('goes to the log with its outcome, redacted', async () => {
    const store = await openTestStores();
    await endAfter(0, store.log);
    expect(await store.log.outcome({ userId: end.user_id, workflowId: end.workflow_id })).toEqual(outcome);
    const [told] = await store.log.read({ userId: end.user_id, after: 0, limit: 1 });
    expect(told).toMatchObject({ id: end.id, type: 'run_completed' });
    expect(JSON.stringify(told)).not.toContain(secret);
    await store.remove();
  });

  test('is tried again while the log is down, for five minutes, and never left to an outbox', async () => {
    const outbox = withOutbox(down, { folder });
    await expect(endAfter(0, outbox)).rejects.toMatchObject({ message: 'the log is down', nonRetryable: false });
    await expect(endAfter(310_000, outbox)).rejects.toMatchObject({ message: 'the log is down', nonRetryable: true });
    expect(outbox.holds(end.id)).toBe(false);
    await outbox.close();
  });

  test('is delivered where a notifier keeps no outcomes, and published where it delivers nothing', async () => {
    const told: string[] = [];
    const publish = async () => void told.push('published');
    await endAfter(0, { publish, deliver: async () => void told.push('delivered') });
    await endAfter(0, { publish });
    expect(told).toEqual(['delivered', 'published']);
  });
});

test('of what is held 64 kB ride with the end: the end itself, then the lifecycle, then the latest thoughts', () => {
  const thought = (n: number) =>
    newEvent('agent_thinking', {
      id: `thought-${n}`,
      payload: { reasoning: 'x'.repeat(1_500), step_number: n, progress_percentage: 0 },
    });
  const held = createHeldEvents({ holds: (id) => id !== 'thought-299' });
  const started = newEvent('agent_started');
  const completed = newEvent('agent_completed');
  held.add(started);
  for (let n = 0; n < 300; n += 1) held.add(thought(n));
  held.add(completed);
  const riding = held.now();
  expect(Buffer.byteLength(JSON.stringify(riding))).toBeLessThan(65_536 + riding.length + 2);
  expect(riding.length).toBeGreaterThan(25);
  expect([riding[0], riding.at(-2)?.id, riding.at(-1)]).toEqual([started, 'thought-298', completed]);
});
