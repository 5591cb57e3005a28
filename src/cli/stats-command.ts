import type { Command } from 'commander';
import { openFeedSource } from '../client/feed-source.ts';
import { loadConfig } from '../config.ts';
import type { ExecutionFigures, Stats } from '../contracts/stats.ts';
import { parseCount } from './parse-option.ts';
import { table } from './table.ts';

type Options = { user?: string; history: number; cursor?: string; json?: boolean };

const seconds = (value: number) => `${value.toFixed(3)} s`;

type Column = [head: string, cell: (figures: ExecutionFigures) => string];

const COLUMNS: Column[] = [
  ['TOTAL', (of) => `${of.total_executions}`],
  ['FAILED', (of) => `${of.failed_executions}`],
  ['TIMEOUT', (of) => `${of.timeout_executions}`],
  ['DEAD', (of) => `${of.dead_executions}`],
  ['CANCELLED', (of) => `${of.cancelled_executions}`],
  ['RETRIED', (of) => `${of.retried_executions}`],
  ['UNDONE', (of) => `${of.compensated_executions}`],
  ['NOW', (of) => `${of.concurrent_executions}`],
  ['PEAK', (of) => `${of.max_concurrent}`],
  ['AVG WAIT', (of) => seconds(of.avg_queue_wait_time)],
  ['MAX WAIT', (of) => seconds(of.max_queue_wait_time)],
  ['AVG TIME', (of) => seconds(of.avg_execution_time)],
  ['MAX TIME', (of) => seconds(of.max_execution_time)],
];

const HEAD = ['AGENT', ...COLUMNS.map(([head]) => head)];
const row = (name: string, figures: ExecutionFigures) => [name, ...COLUMNS.map(([, cell]) => cell(figures))];

function asText(stats: Stats): string {
  const { agents, events, history, active_runs, next_cursor } = stats;
  const figures = [...Object.entries(agents).map(([name, each]) => row(name, each)), row('all', stats)];
  const finished = history.map((run) => [
    run.run_id,
    run.user_id,
    run.status,
    seconds(run.execution_time),
    run.ended_at,
  ]);
  const feed =
    `${events.total} events of ${events.users} users in ${events.runs} runs, ${events.per_second.toFixed(2)} a second; ` +
    `${events.clusters} clusters, the largest of ${events.largest_cluster}\n` +
    `${seconds(events.duration)} from the first to the last; gaps: ${seconds(events.mean_gap)} in the mean, ` +
    `${seconds(events.max_gap)} at most, ${seconds(events.min_gap)} at least`;
  return [
    table(HEAD, figures),
    `\n${active_runs} runs active\n${feed}\n`,
    finished.length > 0 ? `\n${table(['RUN', 'USER', 'STATUS', 'TIME', 'ENDED'], finished)}` : '',
    next_cursor ? `older ones: --cursor ${next_cursor}\n` : '',
  ].join('');
}

/** From the log alone: Temporal need not be up. */
async function stats({ user, history, cursor, json }: Options): Promise<void> {
  const feed = await openFeedSource(loadConfig());
  try {
    const found = await feed.stats({ userId: user, limit: history, cursor });
    process.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : asText(found));
  } finally {
    await feed.close();
  }
}

export function addStatsCommand(program: Command): void {
  program
    .command('stats')
    .description("figures of agents' executions and events, and the finished runs, from the event log")
    .option('--user <user>', 'of this user only; without it, of all users together')
    .option('--history <n>', 'finished runs to list at most', parseCount, 10)
    .option('--cursor <cursor>', 'list the runs that are older, as the page before said')
    .option('--json', 'print JSON')
    .action(stats);
}
