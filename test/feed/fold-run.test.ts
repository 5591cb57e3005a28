import { describe, expect, test } from '@jest/globals';
import type { BatonEvent, NewEvent } from '../../src/contracts/event.ts';
import { emptyFeed, foldFeed } from '../../src/feed/fold.ts';
import { newEvent } from '../notifier/events.ts';

const shown = (...events: NewEvent[]) =>
  events.map((event, index) => ({ ...event, seq: index + 1, epoch: 'e1' }) as BatonEvent).reduce(foldFeed, emptyFeed())
    .runs[0];

const undoing = (of: string) => newEvent('compensation_started', { payload: { agent: 'booker', step: null, of } });
const undone = (of: string, success = true) =>
  newEvent('compensation_completed', {
    payload: {
      agent: 'booker',
      step: null,
      of,
      success,
      ...(!success && { error: { type: 'ToolFailed', message: 'closed' } }),
    },
  });

describe('what a run undoes', () => {
  test('is shown as it goes, each once, also what could not be undone', () => {
    expect(shown(undoing('b-2'))?.compensations).toMatchObject([{ of: 'b-2', success: null, ended_at: null }]);
    // A worker was killed in between: the second beginning is of the same undo.
    const run = shown(undoing('b-2'), undoing('b-2'), undone('b-2', false), undoing('b-1'), undone('b-1'));
    expect(run?.compensations).toMatchObject([
      { of: 'b-2', success: false, error: { message: 'closed' }, ended_at: expect.any(String) },
      { of: 'b-1', success: true, error: null },
    ]);
  });
});

const exec = (number: number) => ({ exec: `triage.${number}.${1_764_000_000_000 + number}`, attempt: 1 });
const planned = newEvent('run_started', { payload: { workflow: 'runPlan', agents: ['triage', 'reporting'] } });

describe('a step that is skipped', () => {
  const skip = newEvent('step_skipped', {
    step: 'report',
    of: 2,
    agent_run: null,
    payload: { reason: 'its condition does not hold', agent: 'reporting' },
  });

  test('is shown with its reason in the place that the plan kept for it', () => {
    expect(shown(planned, skip)?.agents).toMatchObject([
      { agent: 'triage', state: 'pending', skipped: null },
      { agent: 'reporting', state: 'skipped', step: 'report', of: 2, skipped: 'its condition does not hold' },
    ]);
  });

  test('is shown once, however often it is told', () => {
    expect(shown(skip, skip)?.agents).toHaveLength(1);
  });
});

describe('a run that is started again', () => {
  const done = [
    newEvent('agent_started', exec(1)),
    newEvent('agent_completed', { ...exec(1), payload: { result: 'kept', execution_time_ms: 5, recovered: false } }),
  ];
  const reporting = { agent: 'reporting', agent_run: 'reporting-1' };
  const failed = [
    newEvent('agent_started', { ...exec(2), ...reporting }),
    newEvent('agent_error', { ...exec(2), ...reporting }),
  ];
  const asked = newEvent('approval_requested', {
    payload: { approval_id: 'a', question: 'Go on?', options: ['yes'], expires_at: '2026-11-25T00:00:00.000Z' },
  });
  const ended = newEvent('run_failed', {
    payload: {
      status: 'failed',
      summary: 'it broke',
      execution_time_ms: 5,
      error: { type: 'AgentFailed', message: 'x' },
    },
  });
  const restarted = newEvent('run_restarted', { generation: 1 });
  const before = [planned, ...done, ...failed];

  test('keeps what it reuses, and begins with nothing of what failed', () => {
    const run = shown(...before, ended, restarted);
    expect(run).toMatchObject({ status: 'running', summary: null, error: null, ended_at: null });
    expect(run?.agents).toMatchObject([
      { agent: 'triage', state: 'completed', result: 'kept', generation: 0 },
      { agent: 'reporting', agent_run: 'reporting-1', state: 'pending', error: null, generation: 1 },
    ]);
  });

  test('is not disturbed by a late word of what failed before', () => {
    const late = newEvent('agent_thinking', {
      ...exec(3),
      ...reporting,
      payload: { reasoning: 'late', step_number: 1, progress_percentage: 10 },
    });
    const agents = shown(...before, ended, restarted, late)?.agents;
    expect(agents?.[1]).toMatchObject({ state: 'pending', thoughts: [] });
  });

  test('shows what runs again in its new generation', () => {
    const again = newEvent('agent_started', { ...exec(9), ...reporting, generation: 1 });
    const agents = shown(...before, ended, restarted, again)?.agents;
    expect(agents?.map(({ state, generation }) => [state, generation])).toEqual([
      ['completed', 0],
      ['running', 1],
    ]);
  });

  test('keeps what its earlier generation undid, and asks nothing that nobody answered then', () => {
    const run = shown(...before, undoing('b-1'), undone('b-1'), asked, restarted, undoing('b-1'));
    expect(run?.approvals).toEqual([]);
    expect(run?.compensations.map(({ success }) => success)).toEqual([true, null]);
  });

  test('goes on where it was when Temporal was told to reset it within its generation', () => {
    const run = shown(...before, newEvent('run_restarted'));
    expect(run?.agents.map(({ state }) => state)).toEqual(['completed', 'failed']);
  });
});

describe('a run that does not go on', () => {
  const stalled = newEvent('run_stalled', { exec: 'reconciler', payload: { by: 'reconciler', reason: 'no_worker' } });
  const outside = newEvent('operator_action', { exec: 'reconciler' });

  test('says why, whatever else is told of it from outside', () => {
    expect(shown(planned)?.stalled).toBe(null);
    expect(shown(planned, stalled, outside)?.stalled).toBe('no_worker');
  });

  test('goes on again where it had ended: it was started again, which no worker could say', () => {
    const failed = newEvent('run_failed', { payload: { status: 'failed', summary: 'it broke', execution_time_ms: 5 } });
    const run = shown(planned, failed, { ...stalled, generation: 1 });
    expect(run).toMatchObject({ status: 'running', ended_at: null, summary: null, stalled: 'no_worker' });
  });

  test.each<[string, NewEvent]>([
    ['an agent is heard of', newEvent('agent_started')],
    ['its workflow is heard of', newEvent('run_resumed')],
    ['it is ended from outside', newEvent('run_failed', { exec: 'reconciler', payload: { status: 'terminated' } })],
    ['it is said to move again', newEvent('run_recovered', { exec: 'reconciler', payload: { by: 'reconciler' } })],
    ['it is begun anew from outside', newEvent('run_restarted', { exec: 'reconciler' })],
  ])('says so no more once %s', (_what, event) => expect(shown(planned, stalled, event)?.stalled).toBe(null));
});

test('a run that ended asks nothing any more, and says how long its cancel took', () => {
  const asked = newEvent('approval_requested', {
    payload: { approval_id: 'a', question: 'Go on?', options: ['yes'], expires_at: '2026-11-25T00:00:00.000Z' },
  });
  const ended = newEvent('run_cancelled', {
    payload: { status: 'cancelled', summary: 'cancelled', execution_time_ms: 9, time_to_stop_ms: 4 },
  });
  expect(shown(asked, ended)).toMatchObject({ status: 'cancelled', approvals: [], time_to_stop_ms: 4 });
});
