import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createHeldEvents } from '../../src/activities/held-events.ts';
import { publishRunEvents } from '../../src/activities/publish-run-events.ts';
import type { NewEvent } from '../../src/contracts/event.ts';
import { withOutbox } from '../../src/notifier/outbox.ts';
import { newEvent } from '../notifier/events.ts';

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
