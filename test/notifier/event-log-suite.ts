import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventLog } from '../../src/notifier/event-log.ts';
import { newEvent } from './events.ts';

/** Opens the same log again at every call, as another process would. */
export type LogFactory = { open(): Promise<EventLog>; remove(): Promise<void> };

/** What every event log promises; each kind of log runs it. */
export function eventLogSuite(name: string, create: () => Promise<LogFactory>) {
  describe(`${name} event log`, () => {
    let factory: LogFactory;
    let log: EventLog;

    beforeAll(async () => {
      factory = await create();
      log = await factory.open();
    });
    afterAll(async () => {
      await log.close();
      await factory.remove();
    });

    test('numbers the events of a user 1, 2, 3 over all their runs', async () => {
      const user_id = 'order';
      await log.publish(newEvent('run_started', { user_id, run_id: 'a' }));
      await log.append([
        newEvent('run_started', { user_id, run_id: 'b' }),
        newEvent('agent_started', { user_id, run_id: 'a' }),
      ]);
      const events = await log.read({ userId: user_id, after: 0, limit: 10 });
      expect(events.map(({ seq, run_id }) => [seq, run_id])).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'a'],
      ]);
    });
  });
}
