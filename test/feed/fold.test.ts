import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BatonEvent, NewEvent } from '../../src/contracts/event.ts';
import type { EventType } from '../../src/contracts/event-payloads.ts';
import { emptyFeed, foldFeed } from '../../src/feed/fold.ts';
import type { FoldedFeed } from '../../src/feed/folded.ts';
import { newEvent } from '../notifier/events.ts';

/** Events as the log gives them. */
const numbered = (events: NewEvent[], first = 1): BatonEvent[] =>
  events.map((event, index) => ({ ...event, seq: first + index, epoch: 'e1' }) as BatonEvent);

const fold = (events: BatonEvent[]): FoldedFeed => events.reduce(foldFeed, emptyFeed());

/** The only agent of the only run, as its user sees it. */
const shown = (...events: NewEvent[]) => fold(numbered(events)).runs[0]?.agents[0];

type Parts = Parameters<typeof newEvent>[1];

/** Speaks as one attempt of the agent; `scheduled` puts attempts in order. */
function attempt(number: number, { scheduled = number, generation = 0 } = {}) {
  const exec = `triage.${number}.${1_764_000_000_000 + scheduled}`;
  const say = (type: EventType, parts: Parts = {}) => newEvent(type, { attempt: number, generation, exec, ...parts });
  return {
    say,
    started: () => say('agent_started'),
    thinks: (reasoning: string, step_number = 1) =>
      say('agent_thinking', { payload: { reasoning, step_number, progress_percentage: 10 * step_number } }),
    calls: (call_id: string) => say('tool_executing', { payload: { tool_name: 'inspect', call_id, parameters: {} } }),
    returned: (call_id: string, success = true) =>
      say('tool_completed', { payload: { tool_name: 'inspect', call_id, success, execution_time_ms: 3 } }),
    retrying: () =>
      say('agent_retrying', { payload: { error: { type: 'ToolFailed', message: 'no' }, next_attempt_in_ms: 200 } }),
    completed: () =>
      say('agent_completed', { payload: { result: { n: number }, execution_time_ms: 9, recovered: number > 1 } }),
    failed: () => say('agent_error'),
  };
}

const verdict = (type: EventType, payload: object, generation = 0) =>
  newEvent(type, { exec: 'triage.1.verdict', final: true, generation, payload: { ...payload } });

describe('an agent', () => {
  const [first, second, third] = [attempt(1), attempt(2), attempt(3)];

  test('is shown as it works: started, thinking, calling, completed', () => {
    const agent = shown(first.started(), first.thinks('a'), first.calls('c1'), first.returned('c1'), first.completed());
    expect(agent).toMatchObject({
      agent: 'triage',
      agent_run: 'triage-1',
      state: 'completed',
      attempt: 1,
      progress: 100,
      thoughts: [{ reasoning: 'a' }],
      tools: [{ call_id: 'c1', state: 'completed' }],
      recovered: false,
      error: null,
    });
  });

  test('that is tried again begins with nothing of its failed attempt, and keeps when it first began', () => {
    const failed = [first.started(), first.thinks('a'), first.thinks('b', 2), first.calls('c1'), first.retrying()];
    expect(shown(...failed)).toMatchObject({
      state: 'retrying',
      error: { type: 'ToolFailed' },
      next_attempt_in_ms: 200,
    });
    const agent = shown(...failed, second.started(), second.thinks('a'));
    expect(agent).toMatchObject({ state: 'running', attempt: 2, progress: 10, tools: [], error: null });
    expect(agent?.thoughts.map(({ reasoning }) => reasoning)).toEqual(['a']);
    expect(agent?.started_at).toBe(failed[0]?.at);
    expect(shown(...failed, second.started(), second.completed())).toMatchObject({ recovered: true, attempt: 2 });
  });

  test('whose worker died without a word is taken over by its next attempt', () => {
    const agent = shown(first.started(), first.thinks('a'), first.calls('c1'), second.started(), second.completed());
    expect(agent).toMatchObject({
      state: 'completed',
      attempt: 2,
      thoughts: [],
      tools: [],
      ended_at: expect.any(String),
    });
  });

  test('is not disturbed by what an earlier attempt says late, even its end', () => {
    const before = [first.started(), second.started(), second.thinks('mine')];
    expect(shown(...before, first.thinks('late'), first.completed())).toEqual(shown(...before));
  });

  test('follows the time of scheduling where a reset begins to count again', () => {
    const again = attempt(1, { scheduled: 50 });
    expect(shown(third.started(), third.thinks('old'), again.started(), third.completed())).toMatchObject({
      state: 'running',
      attempt: 1,
      thoughts: [],
    });
  });

  test('of a later generation supersedes every earlier one, its end and its verdict', () => {
    const reset = attempt(1, { scheduled: -50, generation: 1 });
    const before = [
      third.started(),
      third.completed(),
      verdict('agent_error', { error: { type: 'AgentFailed', message: 'x' } }),
    ];
    const agent = shown(...before, newEvent('run_restarted', { generation: 1 }), reset.started(), reset.thinks('new'));
    expect(agent).toMatchObject({ state: 'running', generation: 1, final: false, ended_at: null, error: null });
    expect(shown(...before, reset.started(), third.thinks('late'))).toMatchObject({ generation: 1, thoughts: [] });
  });

  test('ends as the workflow says where the activity claimed otherwise, whichever came first', () => {
    const timedOut = verdict('agent_death', { reason: 'timeout', message: 'limit of 30 s' });
    const claimed = shown(first.started(), first.completed(), timedOut);
    expect(claimed).toMatchObject({ state: 'dead', final: true, error: { type: 'AgentTimeout' } });
    expect(shown(first.started(), timedOut, first.completed())).toMatchObject({ state: 'dead', final: true });
  });

  test('that no worker took and that was cancelled is a step of its plan with no attempt', () => {
    const payload = { outcome: 'stopped', time_to_stop_ms: 5, attempts: 0 };
    const cancelled = newEvent('agent_cancelled', { exec: 'triage.1.verdict', final: true, step: 'a', of: 3, payload });
    expect(shown(cancelled)).toMatchObject({ state: 'cancelled', attempt: 0, step: 'a', of: 3 });
  });

  test('that has its verdict is not begun again by a later attempt of the same generation', () => {
    const lost = verdict('agent_death', { reason: 'no_heartbeat', message: 'lost' });
    const before = [first.started(), lost];
    expect(shown(...before, second.started(), second.completed())).toEqual(shown(...before));
  });

  test.each([
    ['timeout', 'AgentTimeout'],
    ['no_heartbeat', 'HeartbeatLost'],
    ['silent', 'AgentSilent'],
    ['memory', 'OutOfMemory'],
    ['terminated', 'AgentFailed'],
  ])('that died of %s is shown with the failure %s', (reason, type) => {
    expect(shown(first.started(), first.say('agent_death', { payload: { reason, message: 'm' } }))).toMatchObject({
      state: 'dead',
      error: { type, message: 'm' },
    });
  });

  test('takes its open calls along when it ends', () => {
    const agent = shown(
      first.started(),
      first.calls('c1'),
      first.calls('c2'),
      first.returned('c2', false),
      first.failed(),
    );
    expect(agent?.tools.map(({ call_id, state }) => [call_id, state])).toEqual([
      ['c1', 'ended'],
      ['c2', 'failed'],
    ]);
  });

  test('says nothing after its end', () => {
    const before = [first.started(), first.completed()];
    expect(shown(...before, first.thinks('late'), first.failed())).toEqual(shown(...before));
  });

  test('that waits for a worker is queued until it begins', () => {
    const queued = newEvent('agent_queued', {
      exec: 'triage.1.workflow',
      payload: { queue_ms: 1_000, reason: 'busy' },
    });
    expect(shown(queued)).toMatchObject({ state: 'queued', attempt: 0 });
    expect(shown(queued, first.started())).toMatchObject({ state: 'running', attempt: 1 });
  });
});

describe('a run', () => {
  const planned = newEvent('run_started', { payload: { workflow: 'costOptimization', agents: ['first', 'triage'] } });

  test('shows its planned agents in their order, also one that was heard before the plan', () => {
    const states = (...events: NewEvent[]) =>
      fold(numbered(events)).runs[0]?.agents.map(({ agent, state }) => `${agent} ${state}`);
    expect(states(planned)).toEqual(['first pending', 'triage pending']);
    expect(states(attempt(1).started(), planned)).toEqual(['first pending', 'triage running']);
  });

  test('ends as its last event says, and is running again once it is restarted', () => {
    const failed = newEvent('run_failed', {
      payload: {
        status: 'failed',
        summary: 'it broke',
        execution_time_ms: 5,
        error: { type: 'ToolFailed', message: 'no' },
      },
    });
    const run = fold(numbered([planned, failed])).runs[0];
    expect(run).toMatchObject({ status: 'failed', summary: 'it broke', error: { type: 'ToolFailed' } });
    const restarted = fold(numbered([planned, failed, newEvent('run_restarted', { generation: 1 })])).runs[0];
    expect(restarted).toMatchObject({ status: 'running', ended_at: null, error: null, summary: null });
  });

  test('is kept apart from the same run id of another workflow', () => {
    const other = newEvent('run_started', {
      workflow_id: 'runPlan/u1/r1',
      payload: { workflow: 'runPlan', agents: [] },
    });
    expect(fold(numbered([planned, other])).runs.map(({ workflow }) => workflow)).toEqual([
      'costOptimization',
      'runPlan',
    ]);
  });
});

describe('whatever happens', () => {
  /** What one attempt may say, in any order; agents and logs that misbehave are in it. */
  const anyEvent = fc
    .record({
      number: fc.integer({ min: 1, max: 3 }),
      generation: fc.integer({ min: 0, max: 1 }),
      agent: fc.constantFrom('triage', 'reporting'),
      step: fc.integer({ min: 1, max: 4 }),
      what: fc.constantFrom(
        'started' as const,
        'thinks' as const,
        'calls' as const,
        'returned' as const,
        'retrying' as const,
        'completed' as const,
        'failed' as const,
        'verdict' as const,
        'run_completed' as const,
        'run_restarted' as const,
      ),
    })
    .map(({ number, generation, agent, step, what }) => {
      const of = { agent, agent_run: `${agent}-1` };
      const speaker = attempt(number, { generation });
      if (what === 'run_completed' || what === 'run_restarted') return newEvent(what, { generation });
      if (what === 'verdict') {
        return { ...verdict('agent_death', { reason: 'timeout', message: 'm' }, generation), ...of };
      }
      if (what === 'thinks') return { ...speaker.thinks(`${number}.${step}`, step), ...of };
      if (what === 'calls' || what === 'returned') return { ...speaker[what](`c${step}`), ...of };
      return { ...speaker[what](), ...of };
    })
    .map((event) => event as NewEvent);
  const anyFeed = fc.array(anyEvent, { maxLength: 40 }).map((events) => numbered(events));

  test('events that are delivered again, at any time and in any number, change nothing', () => {
    const repeats = fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { maxLength: 40 });
    fc.assert(
      fc.property(anyFeed, repeats, (events, again) => {
        const delivered = events.flatMap((event, index) => {
          const repeated = again.filter(([at]) => at === index).map(([, which]) => events[which % (index + 1)]);
          return [event, ...repeated.filter((each) => each !== undefined)];
        });
        expect(fold(delivered)).toEqual(fold(events));
      }),
    );
  });

  test('a feed that is resumed from any point is the feed that was never broken off', () => {
    fc.assert(
      fc.property(anyFeed, fc.nat(40), (events, cut) => {
        const kept = JSON.parse(JSON.stringify(fold(events.slice(0, cut)))) as FoldedFeed;
        expect(events.slice(Math.max(0, cut - 5)).reduce(foldFeed, kept)).toEqual(fold(events));
      }),
    );
  });

  test('nobody sees thoughts or calls of two attempts in one agent, nor an agent twice', () => {
    fc.assert(
      fc.property(anyFeed, (events) => {
        for (const { agents } of fold(events).runs) {
          expect(new Set(agents.map(({ agent_run }) => agent_run)).size).toBe(agents.length);
          for (const { thoughts, attempt: number } of agents) {
            const speakers = new Set(thoughts.map(({ reasoning }) => Number.parseInt(reasoning)));
            expect([...speakers].every((speaker) => speaker === number)).toBe(true);
          }
        }
      }),
    );
  });

  test('late words of any earlier attempt change nothing but the cursor', () => {
    fc.assert(
      fc.property(anyFeed, fc.array(anyEvent, { maxLength: 10 }), (events, late) => {
        const later = numbered([attempt(9, { generation: 2 }).started()], events.length + 1);
        const now = fold([...events, ...later]);
        const own = late.filter(({ agent }) => agent === 'triage');
        const after = numbered(own, events.length + 2).reduce(foldFeed, now);
        expect({ ...after, seq: now.seq }).toEqual(now);
      }),
    );
  });
});
