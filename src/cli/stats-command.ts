import type { Command } from 'commander';
import { openFeedSource } from '../client/feed-source.ts';
import { loadConfig } from '../config.ts';
import type { ExecutionFigures, Stats } from '../contracts/stats.ts';
import { parseCount } from './parse-option.ts';
import { table } from './table.ts';

type Options = { user?: string; history: number; cursor?: string; json?: boolean };

const seconds = (value: number) => `${value.toFixed(3)} s`;

function row(name: string, figures: ExecutionFigures): string[] {
  const { total_executions, failed_executions, timeout_executions, dead_executions, retried_executions } = figures;
  const { concurrent_executions, max_concurrent, avg_queue_wait_time, avg_execution_time, max_execution_time } =
    figures;
  const counts = [total_executions, failed_executions, timeout_executions, dead_executions, retried_executions];
  return [
    name,
    ...[...counts, concurrent_executions, max_concurrent].map(String),
    ...[avg_queue_wait_time, avg_execution_time, max_execution_time].map(seconds),
  ];
}

const HEAD = [
  'AGENT',
  'TOTAL',
  'FAILED',
  'TIMEOUT',
  'DEAD',
  'RETRIED',
  'NOW',
  'PEAK',
  'AVG WAIT',
  'AVG TIME',
  'MAX TIME',
];

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
    `${events.clusters} clusters, the largest of ${events.largest_cluster}`;
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
