import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../src/activities/create-activities.ts';
import { withOutbox } from '../../src/notifier/outbox.ts';
import { newEvent } from '../notifier/events.ts';

test('an undo gives back the events that only an outbox has, and no others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-undo-'));
  let isDown = true;
  const log = { publish: () => (isDown ? Promise.reject(new Error('the log is down')) : Promise.resolve()) };
  const outbox = withOutbox(log, { folder });
  const activities = createActivities({ agents: [] }, { notifier: outbox });
  const undo = (id: string) =>
    new MockActivityEnvironment().run(activities['baton.undo'], {
      ...{ agent: 'buyer', agent_run: 'buyer-1', generation: 0 },
      events: [newEvent('run_started', { id })],
    });
  try {
    expect(await undo('held')).toMatchObject({ undelivered: [{ id: 'held' }] });
    isDown = false;
    await outbox.delivered();
    expect(await undo('taken')).toEqual({ undone: 0, failed: [] });
  } finally {
    await outbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
