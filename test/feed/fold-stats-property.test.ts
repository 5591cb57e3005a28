import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BatonEvent, NewEvent } from '../../src/contracts/event.ts';
import { createStatsReader } from '../../src/client/stats-reader.ts';
import { emptyStats, foldStats } from '../../src/feed/fold-stats.ts';
import { statsOf } from '../../src/feed/stats/stats-of.ts';
import { openTestStores } from '../support/open-test-stores.ts';
import { newEvent } from '../notifier/events.ts';

const ENDS = ['agent_completed', 'agent_error', 'agent_death', 'agent_cancelled'] as const;
const PAYLOADS = {
  agent_completed: { result: null, execution_time_ms: 1, recovered: false },
  agent_error: { error: { type: 'AgentFailed', message: 'broken' } },
  agent_death: { reason: 'timeout', message: 'limit' },
  agent_cancelled: { outcome: 'stopped', time_to_stop_ms: 1 },
};

/** One execution: how many attempts it takes, how its last one ends, and whether the workflow overrules that. */
const execution = fc.record({
  attempts: fc.integer({ min: 1, max: 3 }),
  end: fc.constantFrom(...ENDS),
  verdict: fc.option(fc.constantFrom(...ENDS), { nil: undefined }),
  gaps: fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 8, maxLength: 8 }),
});
type Drawn = typeof execution extends fc.Arbitrary<infer Value> ? Value : never;

function eventsOf(run_id: string, { attempts, end, verdict, gaps }: Drawn, index: number): NewEvent[] {
  let now = 1_764_000_000_000 + index * 37;
  const agent = index % 2 === 0 ? 'even' : 'odd';
  const own = { run_id, agent, agent_run: `${agent}-${index}` };
  const events: NewEvent[] = [];
  const add = (type: Parameters<typeof newEvent>[0], parts: object) => {
    now += gaps[events.length] ?? 10;
    events.push(newEvent(type, { ...own, ...parts, at: new Date(now).toISOString() }));
  };
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const exec = `${agent}.${attempt}.${now}`;
    add('agent_started', { attempt, exec });
    if (attempt === attempts) add(end, { attempt, exec, payload: PAYLOADS[end] });
  }
  if (verdict) add(verdict, { exec: `${agent}.1.verdict`, final: true, payload: PAYLOADS[verdict] });
  return events;
}

/** Runs whose agents' events are mixed as they may come, each run ended. */
const feed = fc.array(fc.array(execution, { maxLength: 5 }), { minLength: 1, maxLength: 4 }).map((runs) =>
  runs.flatMap((executions, index) => {
    const run_id = `r${index}`;
    const events = executions.flatMap((each, n) => eventsOf(run_id, each, n));
    const end = newEvent('run_completed', { run_id, at: new Date(1_764_000_009_000 + index).toISOString() });
    return [...events.toSorted((a, b) => a.at.localeCompare(b.at)), end];
  }),
);

const asLogged = (events: NewEvent[]) =>
  events.map((event, index) => ({ ...event, seq: index + 1, epoch: 'e1' }) as BatonEvent);

test('figures are the same folded at once, event by event with repeats, or read in parts from a log', async () => {
  await fc.assert(
    fc.asyncProperty(feed, fc.integer({ min: 1, max: 7 }), async (events, part) => {
      const logged = asLogged(events);
      const whole = statsOf([logged.reduce(foldStats, emptyStats())]);
      let repeated = emptyStats();
      for (const [index, event] of logged.entries()) {
        repeated = [event, ...logged.slice(0, index)].reduce(foldStats, repeated);
      }
      expect(statsOf([repeated])).toEqual(whole);

      const log = await openTestStores();
      try {
        const reader = createStatsReader(log.log);
        for (let from = 0; from < events.length; from += part) {
          await log.log.append(events.slice(from, from + part));
          await reader.of('u1');
        }
        expect(statsOf([await reader.of('u1')])).toEqual(whole);
        expect(statsOf([await createStatsReader(log.log).of('u1')])).toEqual(whole);
      } finally {
        await log.remove();
      }
    }),
    { numRuns: 40 },
  );
});

test('every execution has one end in the figures, and none is at work when all runs have ended', () => {
  fc.assert(
    fc.property(feed, (events) => {
      const found = statsOf([asLogged(events).reduce(foldStats, emptyStats())]);
      const { completed_executions, failed_executions, cancelled_executions } = found;
      const drawn = new Set(events.flatMap((each) => (each.agent_run ? `${each.run_id}/${each.agent_run}` : []))).size;
      expect(found).toMatchObject({ concurrent_executions: 0, active_runs: 0, total_executions: drawn });
      expect(completed_executions + failed_executions + cancelled_executions).toBe(drawn);
      expect(found.max_concurrent).toBeLessThanOrEqual(drawn);
    }),
  );
});
