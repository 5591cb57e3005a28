import type { ExecutionFigures } from '../contracts/stats.ts';
import type { Figures } from '../feed/stats/figures-of.ts';
import type { Tally } from '../feed/stats/tally.ts';

type Metric<Of> = [name: string, help: string, value: (of: Of) => number];

/** Counters by agent. */
export const SUMS_BY_AGENT: Metric<Tally>[] = [
  ['baton_executions_retried_total', 'Executions that took more than one attempt', ({ retried }) => retried],
  ['baton_executions_compensated_total', 'Executions that were undone', ({ compensated }) => compensated],
  ['baton_execution_seconds_total', 'Time from the first start to the end', ({ executions }) => executions.sum / 1_000],
  ['baton_queue_wait_seconds_total', 'Time until agents began', ({ waits }) => waits.sum / 1_000],
];

/** Gauges by agent. */
export const GAUGES_BY_AGENT: Metric<ExecutionFigures>[] = [
  ['baton_executions_running', 'Agents at work now', (of) => of.concurrent_executions],
  ['baton_max_concurrent_executions', 'Most that were at work at once', (of) => of.max_concurrent],
  ['baton_avg_queue_wait_seconds', 'Mean time until the agent began', (of) => of.avg_queue_wait_time],
  ['baton_max_queue_wait_seconds', 'Longest time until the agent began', (of) => of.max_queue_wait_time],
  ['baton_avg_execution_seconds', 'Mean time from the first start to the end', (of) => of.avg_execution_time],
  ['baton_max_execution_seconds', 'Longest time from the first start to the end', (of) => of.max_execution_time],
];

/** Gauges without a label. */
export const GAUGES: Metric<Figures>[] = [
  ['baton_active_runs', 'Runs that have not ended', (of) => of.active_runs],
  ['baton_max_concurrent_executions_all', 'Most agents at work at once, of all names', (of) => of.max_concurrent],
  ['baton_events_per_second', 'Events from the first to the last', ({ events }) => events.per_second],
  ['baton_events_users', 'Users whose events are in the log', ({ events }) => events.users],
  ['baton_events_runs', 'Runs whose events are in the log', ({ events }) => events.runs],
  ['baton_events_clusters', 'Times that events came close together', ({ events }) => events.clusters],
  ['baton_events_largest_cluster', 'Most events close together', ({ events }) => events.largest_cluster],
  ['baton_events_duration_seconds', 'Time from the first event to the last', ({ events }) => events.duration],
  ['baton_events_mean_gap_seconds', 'Mean time between two events of a user', ({ events }) => events.mean_gap],
  ['baton_events_max_gap_seconds', 'Longest time between two events of a user', ({ events }) => events.max_gap],
  ['baton_events_min_gap_seconds', 'Shortest time between two events of a user', ({ events }) => events.min_gap],
];
