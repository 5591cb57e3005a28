import type { EventFigures, ExecutionFigures, Stats } from '../../contracts/stats.ts';
import { spanOf } from './execution.ts';
import { peakOf } from './peak-of.ts';
import { eachOf, type Span, type StatsState } from './stats-state.ts';
import { addTally, NO_TALLY, type Tally, type Times } from './tally.ts';
import { talliesOf } from './tallies-of.ts';

export type Figures = Omit<Stats, 'history' | 'next_cursor'>;

const seconds = (ms: number) => ms / 1_000;
const mean = ({ sum, count }: Times) => (count === 0 ? 0 : seconds(sum / count));

function executionFigures(tally: Tally, max_concurrent: number): ExecutionFigures {
  return {
    total_executions: tally.total,
    completed_executions: tally.completed,
    failed_executions: tally.failed,
    timeout_executions: tally.timeout,
    dead_executions: tally.dead,
    cancelled_executions: tally.cancelled,
    retried_executions: tally.retried,
    compensated_executions: tally.compensated,
    concurrent_executions: tally.running,
    max_concurrent,
    avg_queue_wait_time: mean(tally.waits),
    max_queue_wait_time: seconds(tally.waits.max),
    avg_execution_time: mean(tally.executions),
    max_execution_time: seconds(tally.executions.max),
  };
}

function* spansOf({ spans, active }: StatsState): Generator<Span> {
  yield* eachOf(spans);
  for (const { executions } of active.values()) {
    for (const execution of executions.values()) {
      const { shown, startedAt } = execution;
      const open = startedAt === null ? null : { start: startedAt, end: Number.POSITIVE_INFINITY };
      const span = spanOf(execution) ?? open;
      if (span) yield { agent: shown.agent, ...span };
    }
  }
}

/** One user's feed has an order of its own; users are put side by side by their clocks. */
function peaksOf(states: readonly StatsState[]): (agent: string) => number {
  const [only] = states;
  if (only && states.length === 1) return (agent) => only.concurrent.get(agent)?.max ?? 0;
  const spans = states.flatMap((state) => [...spansOf(state)]);
  const byAgent = Map.groupBy(spans, ({ agent }) => agent).set('', spans);
  return (agent) => peakOf(byAgent.get(agent) ?? []);
}

function eventFigures(states: readonly StatsState[]): EventFigures {
  const heard = states.filter(({ events }) => events.total > 0);
  const all = heard.map(({ events }) => events);
  const withGaps = all.filter(({ total }) => total > 1);
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
  const least = (numbers: number[]) => numbers.reduce((a, b) => Math.min(a, b), numbers[0] ?? 0);
  const most = (numbers: number[]) => numbers.reduce((a, b) => Math.max(a, b), 0);
  const total = sum(all.map((each) => each.total));
  const duration = seconds(most(all.map(({ last }) => last)) - least(all.map(({ first }) => first)));
  const gaps = sum(withGaps.map((each) => each.total - 1));
  return {
    total,
    per_second: duration > 0 ? total / duration : 0,
    users: heard.length,
    runs: sum(heard.map(({ runs }) => runs)),
    clusters: sum(all.map(({ clusters }) => clusters)),
    largest_cluster: most(all.map(({ largestCluster }) => largestCluster)),
    duration,
    mean_gap: gaps > 0 ? seconds(sum(withGaps.map(({ first, last }) => last - first)) / gaps) : 0,
    max_gap: seconds(most(withGaps.map(({ maxGap }) => maxGap))),
    min_gap: seconds(least(withGaps.map(({ minGap }) => minGap))),
  };
}

/** Every figure of one user, or of several together, but for the runs themselves. */
export function figuresOf(states: readonly StatsState[], tallies = talliesOf(states)): Figures {
  const peak = peaksOf(states);
  const byAgent = [...tallies].sort(([a], [b]) => (a < b ? -1 : 1));
  const all = byAgent.reduce((sum, [, tally]) => addTally(sum, tally), NO_TALLY);
  return {
    ...executionFigures(all, peak('')),
    active_runs: states.reduce((sum, { active }) => sum + active.size, 0),
    agents: Object.fromEntries(byAgent.map(([agent, tally]) => [agent, executionFigures(tally, peak(agent))])),
    events: eventFigures(states),
  };
}
