import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../src/contracts/event.ts';
import { MAX_OUTCOME_BYTES } from '../../src/contracts/names.ts';
import type { RunOutcome } from '../../src/contracts/run.ts';
import type { EventLog } from '../../src/notifier/event-log.ts';
import { newEvent } from './events.ts';

type Opened = {
  log: EventLog;
  /** Opens the same log again, as another process would. */
  open: () => Promise<EventLog>;
};

/** What every event log promises of the ends of runs and of what they came to. */
export function runEndsSuite(at: () => Opened) {
  describe('an end', () => {
    const outcomeOf = (event: NewEvent, result: unknown): RunOutcome => ({
      run_id: event.run_id,
      workflow_id: event.workflow_id,
      workflow: 'costOptimization',
      status: 'completed',
      execution_time_ms: 5,
      agents: [],
      result,
    });
    const standingsOf = async ({ user_id: userId, workflow_id }: NewEvent) =>
      (await at().log.standings({ userId, workflowIds: [workflow_id, 'costOptimization/nobody/none'] })).get(
        workflow_id,
      );
    const kept = ({ user_id: userId, workflow_id: workflowId }: NewEvent) => at().log.outcome({ userId, workflowId });

    test('is kept with its outcome, of any size up to the limit, for every process', async () => {
      const end = newEvent('run_completed', { user_id: 'ends', run_id: 'large' });
      const outcome = outcomeOf(end, { text: randomBytes(1_500_000).toString('base64'), ü: '☃' });
      await at().log.append([newEvent('run_started', { user_id: 'ends', run_id: 'large' })]);
      expect(await standingsOf(end)).toEqual({ ending: null });
      expect(await kept(end)).toBeUndefined();
      await at().log.append([newEvent('agent_thinking', { user_id: 'ends', run_id: 'large' }), end], { outcome });
      expect(await standingsOf(end)).toEqual({ ending: { status: 'completed', endedAt: end.at, generation: 0 } });
      const other = await at().open();
      expect(await other.outcome({ userId: 'ends', workflowId: end.workflow_id })).toEqual(outcome);
      // It is nobody else's.
      expect(await other.outcome({ userId: 'others', workflowId: end.workflow_id })).toBeUndefined();
      expect(await other.standings({ userId: 'others', workflowIds: [end.workflow_id] })).toEqual(new Map());
      await other.close();
    });

    test('that comes again, or after another one, changes neither outcome nor standing', async () => {
      const of = { user_id: 'ends', run_id: 'twice' };
      const end = newEvent('run_completed', of);
      const late = newEvent('run_failed', { ...of, payload: { status: 'failed', summary: '', execution_time_ms: 1 } });
      const append = async (event: NewEvent, result: unknown) =>
        (await at().log.append([event], { outcome: outcomeOf(event, result) })).map(({ status }) => status);
      expect(await append(end, 'first')).toEqual(['appended']);
      expect(await append(end, 'again')).toEqual(['duplicate']);
      expect(await append(late, 'late')).toEqual(['closed']);
      expect(await kept(end)).toMatchObject({ result: 'first' });
      expect(await standingsOf(end)).toMatchObject({ ending: { status: 'completed' } });
    });

    test('of a run that is started again under the same id is forgotten, and the next one stands', async () => {
      const of = { user_id: 'ends', run_id: 'retried' };
      const first = newEvent('run_completed', of);
      const second = newEvent('run_completed', { ...of, generation: 1 });
      await at().log.append([newEvent('run_started', of), first], { outcome: outcomeOf(first, 'first') });
      await at().log.append([newEvent('run_restarted', { ...of, generation: 1 })]);
      expect(await standingsOf(first)).toEqual({ ending: null });
      expect(await kept(first)).toBeUndefined();
      // Without an outcome of its own it must not have the one of before.
      await at().log.append([second]);
      expect(await standingsOf(second)).toMatchObject({ ending: { generation: 1 } });
      expect(await kept(second)).toBeUndefined();
    });

    test('with an outcome that is too large is not appended', async () => {
      const end = newEvent('run_completed', { user_id: 'ends', run_id: 'too-large' });
      const outcome = outcomeOf(end, 'x'.repeat(MAX_OUTCOME_BYTES));
      await expect(at().log.append([end], { outcome })).rejects.toMatchObject({ type: 'PayloadTooLarge' });
      expect(await standingsOf(end)).toBeUndefined();
      expect(await at().log.read({ userId: 'ends', runId: 'too-large', after: 0, limit: 1 })).toEqual([]);
    });

    test('and its outcome live as long as the events', async () => {
      const [old, olderThan] = ['2026-01-01T00:00:00.000Z', new Date('2026-02-01T00:00:00.000Z')];
      const of = { user_id: 'end-prune', at: old };
      const open = newEvent('run_started', { ...of, run_id: 'open' });
      const before = newEvent('run_completed', { ...of, run_id: 'a' });
      const behind = newEvent('run_completed', { ...of, run_id: 'b' });
      await at().log.append([before], { outcome: outcomeOf(before, 'a') });
      await at().log.append([open]);
      await at().log.append([behind], { outcome: outcomeOf(behind, 'b') });
      await at().log.prune({ olderThan });
      expect([await kept(before), await standingsOf(before)]).toEqual([undefined, undefined]);
      // Kept with its events, which come after the first of a run that is open.
      expect([await kept(behind), await standingsOf(behind)]).toMatchObject([{ result: 'b' }, { ending: {} }]);
    });
  });
}
