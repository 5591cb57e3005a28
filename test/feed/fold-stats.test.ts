import { describe, expect, test } from '@jest/globals';
import type { BatonEvent, NewEvent } from '../../src/contracts/event.ts';
import type { EventType } from '../../src/contracts/event-payloads.ts';
import { statsSchema, type Stats } from '../../src/contracts/stats.ts';
import { emptyStats, foldStats } from '../../src/feed/fold-stats.ts';
import { statsOf } from '../../src/feed/stats/stats-of.ts';
import { newEvent } from '../notifier/events.ts';

const START = 1_764_000_000_000;

type Parts = Parameters<typeof newEvent>[1];

/** An event at so many milliseconds after the feed began. */
function at(ms: number, type: EventType, parts: Parts = {}): NewEvent {
  return newEvent(type, { at: new Date(START + ms).toISOString(), ...parts });
}

/** One attempt of an execution of agent `work`, which is scheduled `after` so many milliseconds. */
function attempt(
  agent_run: string,
  { number = 1, after = 0, ...parts }: Parts & { number?: number; after?: number } = {},
) {
  const agent = agent_run.split('-')[0] as string;
  const exec = `${agent}.${number}.${START + after}`;
  const own = { agent, agent_run, attempt: number, exec, ...parts };
  return (ms: number, type: EventType, payload?: Record<string, unknown>) =>
    at(ms, type, payload ? { ...own, payload } : own);
}

/** The workflow's word on how an execution ended. */
function verdict(ms: number, agent_run: string, type: EventType, payload: Record<string, unknown>): NewEvent {
  const agent = agent_run.split('-')[0] as string;
  return at(ms, type, { agent, agent_run, exec: `${agent}.1.verdict`, final: true, payload });
}

const asLogged = (events: NewEvent[]) =>
  events.map((event, index) => ({ ...event, seq: index + 1, epoch: 'e1' }) as BatonEvent);
const folded = (...events: NewEvent[]) => asLogged(events).reduce(foldStats, emptyStats());
const figures = (...events: NewEvent[]): Stats => statsSchema.parse(statsOf([folded(...events)]));

const failed = { error: { type: 'AgentFailed', message: 'broken' } };
const timedOut = { reason: 'timeout', message: 'limit of 30 s' };
const silent = { reason: 'silent', message: 'died silently' };
const completed = { result: null, execution_time_ms: 1, recovered: false };
const ended = at(900, 'run_completed');

describe('executions', () => {
  const a = attempt('work-1');
  const retried = attempt('work-1', { number: 2, after: 200 });

  test('count once, however many attempts they took; one that recovered has not failed', () => {
    const events = [a(10, 'agent_started'), a(100, 'agent_retrying', { ...failed, next_attempt_in_ms: 100 })];
    const found = figures(...events, retried(210, 'agent_started'), retried(400, 'agent_completed', completed), ended);
    expect(found).toMatchObject({ total_executions: 1, completed_executions: 1, failed_executions: 0 });
    expect(found).toMatchObject({ retried_executions: 1, avg_execution_time: 0.39, max_execution_time: 0.39 });
  });

  test.each<[string, EventType, Record<string, unknown>, object]>([
    ['an error', 'agent_error', failed, { failed_executions: 1, timeout_executions: 0, dead_executions: 0 }],
    ['a timeout', 'agent_death', timedOut, { failed_executions: 1, timeout_executions: 1, dead_executions: 0 }],
    ['a death', 'agent_death', silent, { failed_executions: 1, timeout_executions: 0, dead_executions: 1 }],
    [
      'a cancel',
      'agent_cancelled',
      { outcome: 'stopped', time_to_stop_ms: 3 },
      { failed_executions: 0, cancelled_executions: 1, dead_executions: 0 },
    ],
  ])('that ended by %s count as such, before and after their run ends', (_what, type, payload, expected) => {
    const events = [a(10, 'agent_started'), a(60, type, payload)];
    expect(figures(...events)).toMatchObject({ total_executions: 1, completed_executions: 0, ...expected });
    expect(figures(...events, ended)).toMatchObject({ total_executions: 1, completed_executions: 0, ...expected });
  });

  test('end as the workflow says where the activity claimed otherwise', () => {
    const events = [a(10, 'agent_started'), a(60, 'agent_completed', completed)];
    const overruled = figures(...events, verdict(70, 'work-1', 'agent_death', timedOut), ended);
    expect(overruled).toMatchObject({ total_executions: 1, completed_executions: 0, timeout_executions: 1 });
  });

  test('that are only queued do not count until they begin or end', () => {
    const queued = at(5, 'agent_queued', { agent_run: 'work-1', agent: 'work', exec: 'work.1.workflow' });
    expect(figures(queued)).toMatchObject({ total_executions: 0, concurrent_executions: 0, active_runs: 1 });
    const cancelled = verdict(50, 'work-1', 'agent_cancelled', { outcome: 'stopped', time_to_stop_ms: 0 });
    expect(figures(queued, cancelled, ended)).toMatchObject({ total_executions: 1, cancelled_executions: 1 });
  });

  test('that were undone count as compensated, once', () => {
    const undone = { agent: 'work', step: null, of: 'work-1', success: true };
    const tried = at(100, 'compensation_completed', { payload: { ...undone, success: false } });
    const done = at(110, 'compensation_completed', { payload: undone });
    const before = [a(10, 'agent_started'), a(60, 'agent_completed', completed)];
    expect(figures(...before, tried, ended)).toMatchObject({ compensated_executions: 0 });
    expect(figures(...before, tried, done, done, ended)).toMatchObject({ compensated_executions: 1 });
  });

  test('of a run that was started again count anew, and what the reset cut off has ended', () => {
    const again = attempt('work-1', { generation: 1, after: 500 });
    const restarted = at(500, 'run_restarted', { generation: 1 });
    const found = figures(a(10, 'agent_started'), restarted, again(510, 'agent_started'));
    expect(found).toMatchObject({ total_executions: 2, cancelled_executions: 1, concurrent_executions: 1 });
    expect(found).toMatchObject({ max_concurrent: 1, active_runs: 1, events: { runs: 1 } });
  });

  test('are told agent by agent', () => {
    const b = attempt('other-1');
    const found = figures(a(10, 'agent_started'), b(20, 'agent_started'), b(30, 'agent_error', failed));
    expect(found.agents).toMatchObject({
      other: { total_executions: 1, failed_executions: 1, concurrent_executions: 0, max_concurrent: 1 },
      work: { total_executions: 1, failed_executions: 0, concurrent_executions: 1, max_concurrent: 1 },
    });
    expect(found).toMatchObject({ total_executions: 2, concurrent_executions: 1, max_concurrent: 2 });
  });
});

describe('executions at the same time', () => {
  const [a, b] = [attempt('work-1'), attempt('work-2')];

  test('are counted now and at the peak; none is left when all have ended', () => {
    const busy = [a(10, 'agent_started'), b(20, 'agent_started')];
    expect(figures(...busy)).toMatchObject({ concurrent_executions: 2, max_concurrent: 2, active_runs: 1 });
    const idle = figures(...busy, a(30, 'agent_completed', completed), b(40, 'agent_error', failed), ended);
    expect(idle).toMatchObject({ concurrent_executions: 0, max_concurrent: 2, active_runs: 0 });
  });

  test('do not include one that waits for an answer', () => {
    const asked = {
      approval_id: 'x',
      question: '?',
      options: ['y'],
      expires_at: '2026-01-01T00:00:00Z',
      asked_by: 'work-1',
    };
    const waiting = [a(10, 'agent_started'), at(20, 'approval_requested', { payload: asked })];
    expect(figures(...waiting)).toMatchObject({ total_executions: 1, concurrent_executions: 0 });
    const answered = attempt('work-1', { after: 300 });
    expect(figures(...waiting, answered(310, 'agent_started'))).toMatchObject({
      total_executions: 1,
      concurrent_executions: 1,
      max_concurrent: 1,
    });
  });

  test('do not include what its run left behind', () => {
    expect(figures(a(10, 'agent_started'), ended)).toMatchObject({ concurrent_executions: 0, cancelled_executions: 1 });
  });

  test('are counted over users by their clocks', () => {
    const one = folded(a(10, 'agent_started'), a(100, 'agent_completed', completed), ended);
    const two = folded(b(50, 'agent_started'), b(150, 'agent_completed', completed));
    const three = folded(b(150, 'agent_started'));
    expect(statsOf([one, two])).toMatchObject({ max_concurrent: 2, agents: { work: { max_concurrent: 2 } } });
    expect(statsOf([one, three])).toMatchObject({ max_concurrent: 1, total_executions: 2, concurrent_executions: 1 });
  });
});

describe('waits', () => {
  test('are what the agent was told, or the time since it was scheduled', () => {
    const [a, b] = [attempt('work-1'), attempt('work-2')];
    const told = a(500, 'agent_started', { input_summary: '', queue_ms: 250 });
    expect(figures(told, b(50, 'agent_started'))).toMatchObject({
      avg_queue_wait_time: 0.15,
      max_queue_wait_time: 0.25,
    });
  });

  test('of later attempts are none of the queue', () => {
    const [a, again] = [attempt('work-1'), attempt('work-1', { number: 2, after: 1_000 })];
    const found = figures(a(20, 'agent_started'), again(3_000, 'agent_started'));
    expect(found).toMatchObject({ avg_queue_wait_time: 0.02, max_queue_wait_time: 0.02 });
  });
});

describe('events', () => {
  test('are counted, timed and clustered', () => {
    const times = [0, 49, 98, 148, 1_000, 1_010, 2_000];
    const found = figures(...times.map((ms) => at(ms, 'agent_thinking'))).events;
    expect(found).toEqual({
      total: 7,
      per_second: 3.5,
      users: 1,
      runs: 1,
      clusters: 2,
      largest_cluster: 3,
      duration: 2,
      mean_gap: expect.closeTo(2 / 6),
      max_gap: 0.99,
      min_gap: 0.01,
    });
  });

  test('that were told late have no gap before them', () => {
    const found = figures(at(100, 'agent_thinking'), at(40, 'agent_thinking'), at(300, 'agent_thinking')).events;
    expect(found).toMatchObject({ duration: 0.2, min_gap: 0, max_gap: 0.2, clusters: 1, largest_cluster: 2 });
  });

  test('of nobody come to nothing', () => {
    expect(statsOf([])).toMatchObject({
      total_executions: 0,
      events: { total: 0, per_second: 0, users: 0 },
      history: [],
    });
    expect(figures()).toMatchObject({ avg_execution_time: 0, events: { mean_gap: 0 }, next_cursor: null });
  });

  test('of two users are put together', () => {
    const [one, two] = [folded(at(0, 'agent_thinking'), at(10, 'agent_thinking')), folded(at(1_000, 'agent_thinking'))];
    expect(statsOf([one, two]).events).toMatchObject({
      total: 3,
      users: 2,
      runs: 2,
      duration: 1,
      per_second: 3,
      mean_gap: 0.01,
    });
  });
});

describe('the history', () => {
  const runs = Array.from({ length: 5 }, (_, index) => `r${index}`);
  const state = folded(
    ...runs.flatMap((run_id, index) => [
      at(index * 10, 'run_started', { run_id }),
      attempt('work-1', { run_id })(index * 10 + 1, 'agent_error', failed),
      at(index * 10 + 2, 'run_completed', { run_id }),
    ]),
  );

  test('lists ended runs, newest first, a page at a time and none twice', () => {
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const { history, next_cursor } = statsOf([state], { limit: 2, cursor });
      pages.push(history.map(({ run_id }) => run_id));
      cursor = next_cursor ?? undefined;
    } while (cursor);
    expect(pages).toEqual([['r4', 'r3'], ['r2', 'r1'], ['r0']]);
  });

  test('of several users is one, by the time of the ends', () => {
    const own = (user_id: string, ms: number) =>
      at(ms, 'run_completed', { user_id, run_id: user_id, workflow_id: `runAgent/${user_id}/${user_id}` });
    const states = [folded(own('ann', 30), own('ann', 10)), folded(own('bob', 20)), folded(own('cleo', 5))];
    const first = statsOf(states, { limit: 3 });
    expect(first.history.map(({ user_id }) => user_id)).toEqual(['ann', 'bob', 'ann']);
    const rest = statsOf(states, { limit: 3, cursor: first.next_cursor ?? undefined });
    expect(rest).toMatchObject({ history: [{ user_id: 'cleo' }], next_cursor: null });
  });

  test('says how each run ended', () => {
    expect(statsOf([state]).history[0]).toEqual({
      run_id: 'r4',
      user_id: 'u1',
      workflow_id: 'costOptimization/u1/r4',
      workflow: 'costOptimization',
      status: 'completed',
      generation: 0,
      executions: 1,
      failed_executions: 1,
      started_at: new Date(START + 40).toISOString(),
      ended_at: new Date(START + 42).toISOString(),
      execution_time: 0.001,
    });
  });

  test('does not begin a run again that is looked at after its end', () => {
    const looked = at(60, 'operator_action', { run_id: 'r4' });
    expect(statsOf([foldStats(state, { ...looked, seq: 16, epoch: 'e1' } as BatonEvent)])).toMatchObject({
      active_runs: 0,
    });
  });
});
