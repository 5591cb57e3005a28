import { expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NewEvent } from '../../src/contracts/event.ts';
import { babbler } from '../support/isolated-agents.ts';
import { startTestWorker } from '../support/test-run.ts';

const THOUGHTS = 50_000;

test('thoughts that come faster than the log takes them are dropped, counted and told', async () => {
  const events: NewEvent[] = [];
  const notifier = { publish: (event: NewEvent) => sleep(1).then(() => void events.push(event)) };
  const worker = await startTestWorker({ agents: [babbler], notifier });
  const { outcome } = await worker.runAgent('babbler', { thoughts: THOUGHTS });
  await worker.stop();

  expect(outcome).toMatchObject({ success: true, attempts: 1 });
  const heard = events.filter(({ type }) => type === 'agent_thinking').length;
  const drops = events.flatMap((event) => (event.type === 'events_dropped' ? event.payload.count : []));
  expect(heard).toBeLessThan(THOUGHTS / 2);
  expect(drops.length).toBeLessThan(heard / 100);
  expect(heard + drops.reduce((sum, count) => sum + count, 0)).toBe(THOUGHTS);
  expect(events.at(-2)?.type).toBe('agent_completed');
});
