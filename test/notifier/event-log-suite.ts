import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BatonEvent, NewEvent } from '../../src/contracts/event.ts';
import type { EventLog } from '../../src/notifier/event-log.ts';
import { newEvent } from './events.ts';
import { runEndsSuite } from './run-ends-suite.ts';

/** Opens the same log again at every call, as another process would. */
export type LogFactory = { open(): Promise<EventLog>; remove(): Promise<void> };

const T0 = 1_764_000_000_000;

async function take(events: AsyncIterable<BatonEvent>, count: number): Promise<BatonEvent[]> {
  const taken: BatonEvent[] = [];
  for await (const event of events) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

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

    const statuses = async (...events: NewEvent[]) => (await log.append(events)).map(({ status }) => status);
    const all = (userId: string, runId?: string) => log.read({ userId, runId, after: 0, limit: 10_000 });

    describe('order', () => {
      test('numbers the events of a user 1, 2, 3 over all their runs', async () => {
        const user_id = 'order';
        await log.publish(newEvent('run_started', { user_id, run_id: 'a' }));
        await log.append([
          newEvent('run_started', { user_id, run_id: 'b' }),
          newEvent('agent_started', { user_id, run_id: 'a' }),
        ]);
        const events = await all(user_id);
        expect(events.map(({ seq, run_id }) => `${seq} ${run_id}`)).toEqual(['1 a', '2 b', '3 a']);
        expect((await all(user_id, 'a')).map(({ seq }) => seq)).toEqual([1, 3]);
        expect(await log.head({ userId: user_id })).toMatchObject({ head: 3, earliest: 1 });
      });

      test('counts for each user apart, whatever their id is', async () => {
        const users = ['{order}', 'ü/1', "o'hara"];
        await log.append(users.map((user_id) => newEvent('run_started', { user_id })));
        for (const user of users)
          expect((await all(user)).map((event) => [event.seq, event.user_id])).toEqual([[1, user]]);
        expect(await log.users()).toEqual(expect.arrayContaining(users));
      });

      test('keeps the order in which events were published at once', async () => {
        const user_id = 'at-once';
        const events = upTo(1_500).map(() => newEvent('agent_thinking', { user_id }));
        await Promise.all(events.map((event) => log.publish(event)));
        expect((await all(user_id)).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
      });

      test('gives every event the epoch of the log, the same at every opening', async () => {
        const [event] = await all('order');
        const again = await factory.open();
        expect(await again.head({ userId: 'order' })).toMatchObject({ epoch: event?.epoch });
        await again.close();
      });
    });

    describe('once', () => {
      test('keeps one of two events with the same identity, appended together or apart', async () => {
        const event = newEvent('agent_started', { user_id: 'once' });
        expect(await statuses(event, event)).toEqual(['appended', 'duplicate']);
        expect(await statuses(event)).toEqual(['duplicate']);
        expect(await all('once')).toHaveLength(1);
      });

      test('an event that cannot be written fails alone', async () => {
        const bad = newEvent('tool_executing', { user_id: 'bad', payload: { parameters: 1n } });
        const [refused, kept] = await Promise.allSettled([
          log.publish(bad),
          log.publish(newEvent('agent_started', { user_id: 'bad' })),
        ]);
        expect([refused.status, kept.status]).toEqual(['rejected', 'fulfilled']);
      });
    });

    describe('fence', () => {
      const thought = (user_id: string, attempt: number, scheduled: number, generation = 0) =>
        newEvent('agent_thinking', { user_id, attempt, generation, exec: `triage.${attempt}.${T0 + scheduled}` });

      test('refuses an older attempt once a later one has spoken', async () => {
        expect(await statuses(thought('f1', 1, 0), thought('f1', 2, 100), thought('f1', 1, 0))).toEqual([
          'appended',
          'appended',
          'fenced',
        ]);
      });

      test('follows the time of scheduling where the attempt number starts again', async () => {
        expect(await statuses(thought('f2', 3, 0), thought('f2', 1, 100), thought('f2', 3, 0))).toEqual([
          'appended',
          'appended',
          'fenced',
        ]);
      });

      test('a later generation supersedes whatever its attempt is', async () => {
        expect(await statuses(thought('f3', 3, 900), thought('f3', 1, 100, 1), thought('f3', 4, 999))).toEqual([
          'appended',
          'appended',
          'fenced',
        ]);
      });

      test("refuses everything of an agent after the workflow's verdict, but not another claim's end before it", async () => {
        const user_id = 'f4';
        const verdict = newEvent('agent_error', { user_id, final: true, exec: 'triage.1.verdict' });
        expect(await statuses(newEvent('agent_completed', { user_id }), verdict)).toEqual(['appended', 'appended']);
        expect(await statuses(thought(user_id, 9, 999), thought(user_id, 1, 0, 1))).toEqual(['fenced', 'appended']);
      });

      test('refuses to call an agent queued of which anything was heard', async () => {
        const queued = (user_id: string) =>
          newEvent('agent_queued', {
            user_id,
            exec: 'triage.1.workflow',
            payload: { queue_ms: 1_000, reason: 'busy' },
          });
        expect(await statuses(queued('f5'), thought('f5', 1, 0))).toEqual(['appended', 'appended']);
        expect(await statuses(thought('f6', 1, 0), queued('f6'))).toEqual(['appended', 'fenced']);
      });

      test("refuses what comes after the run's end, but what an operator did, until the run is restarted", async () => {
        const user_id = 'f5';
        await log.append([newEvent('run_started', { user_id }), newEvent('run_completed', { user_id })]);
        expect(
          await statuses(
            newEvent('agent_thinking', { user_id }),
            newEvent('operator_action', { user_id }),
            newEvent('run_restarted', { user_id, generation: 1 }),
            newEvent('agent_thinking', { user_id, generation: 1 }),
          ),
        ).toEqual(['closed', 'appended', 'appended', 'appended']);
      });
    });

    test('lists runs that began and have not ended, restarted ones among them', async () => {
      const user_id = 'runs';
      await log.append(['a', 'b', 'c'].map((run_id) => newEvent('run_started', { user_id, run_id })));
      await log.append(['b', 'c'].map((run_id) => newEvent('run_completed', { user_id, run_id })));
      await log.append([newEvent('run_restarted', { user_id, run_id: 'c', generation: 1 })]);
      const open = (await log.openRuns()).filter(({ userId }) => userId === user_id);
      expect(open.map(({ runId }) => runId).toSorted()).toEqual(['a', 'c']);
      expect(open[0]).toEqual({
        userId: user_id,
        runId: expect.any(String),
        workflowId: expect.stringContaining('costOptimization/runs/'),
        startedAt: expect.any(String),
      });
    });

    runEndsSuite(() => ({ log, open: factory.open }));

    describe('follow', () => {
      test('gives the backlog, then live events of another writer, without a gap or a double', async () => {
        const user_id = 'seam';
        const writer = await factory.open();
        await writer.append(upTo(700).map(() => newEvent('agent_thinking', { user_id })));
        const followed = [0, 350].map((after) => take(log.follow({ userId: user_id, after }), 1_000 - after));
        for (const _ of upTo(300)) await writer.publish(newEvent('agent_thinking', { user_id }));
        const [whole, rest] = await Promise.all(followed);
        expect(whole?.map(({ seq }) => seq)).toEqual(upTo(1_000));
        expect(rest?.map(({ seq }) => seq)).toEqual(upTo(1_000).slice(350));
        await writer.close();
      });

      test('ends when its signal aborts and when the log closes', async () => {
        const own = await factory.open();
        const stop = new AbortController();
        const aborted = take(own.follow({ userId: 'quiet', after: 0, signal: stop.signal }), 1);
        const closed = take(own.follow({ userId: 'quiet', after: 0 }), 1);
        stop.abort();
        expect(await aborted).toEqual([]);
        await own.close();
        expect(await closed).toEqual([]);
      });

      test.each([
        ['ahead of the head', { after: 99 }, 'cursor_ahead'],
        ['of another epoch', { after: 1, epoch: 'other' }, 'log_changed'],
      ])('refuses a cursor %s', async (_, cursor, reason) => {
        await log.publish(newEvent('run_started', { user_id: 'cursor' }));
        await expect(take(log.follow({ userId: 'cursor', ...cursor }), 1)).rejects.toMatchObject({ reason });
      });
    });

    describe('prune', () => {
      const old = '2026-01-01T00:00:00.000Z';
      const olderThan = new Date('2026-02-01T00:00:00.000Z');
      const ended = (user_id: string, run_id: string) => [
        newEvent('run_started', { user_id, run_id, at: old }),
        newEvent('run_completed', { user_id, run_id, at: old }),
      ];

      test('forgets old events of ended runs and goes on counting; an older cursor needs a resync', async () => {
        const user_id = 'prune';
        await log.append([...ended(user_id, 'a'), newEvent('run_started', { user_id, run_id: 'b' })]);
        expect(await log.prune({ olderThan })).toBe(2);
        expect(await log.head({ userId: user_id })).toMatchObject({ head: 3, earliest: 3 });
        await expect(take(log.follow({ userId: user_id, after: 1 }), 1)).rejects.toMatchObject({
          reason: 'cursor_too_old',
        });
        expect((await take(log.follow({ userId: user_id, after: 2 }), 1)).map(({ seq }) => seq)).toEqual([3]);
      });

      test('keeps everything from the first event of a run that is still open', async () => {
        const user_id = 'prune-open';
        const open = newEvent('run_started', { user_id, run_id: 'open', at: old });
        await log.append([...ended(user_id, 'a'), open, ...ended(user_id, 'b')]);
        await log.prune({ olderThan });
        await log.prune({ olderThan });
        expect((await all(user_id)).map(({ seq }) => seq)).toEqual([3, 4, 5]);
      });

      test('a log pruned to nothing gives the next event the next number', async () => {
        const user_id = 'prune-all';
        await log.append(ended(user_id, 'a'));
        await log.prune({ olderThan });
        expect(await log.head({ userId: user_id })).toMatchObject({ head: 2, earliest: 3 });
        expect(await log.append([newEvent('run_started', { user_id })])).toEqual([{ status: 'appended', seq: 3 }]);
      });
    });
  });
}
