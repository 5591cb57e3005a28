import type { Command } from 'commander';
import { BatonError } from '../contracts/baton-error.ts';
import { RUN_STATUSES, type RunStatus } from '../contracts/names.ts';
import { runsWithAgent } from './runs-with-agent.ts';
import { needsOf } from './show/needs-of.ts';
import { withOperator } from './with-operator.ts';
import { parseCount } from './parse-option.ts';
import { sinceOf } from './since-of.ts';
import { table } from './table.ts';

type Options = { user?: string; status?: string; since?: string; agent?: string; limit: number; json?: boolean };

function statusOf(text: string): RunStatus {
  const status = RUN_STATUSES.find((known) => known === text);
  if (!status) throw new BatonError('InvalidInput', `--status ${text}: one of ${RUN_STATUSES.join(', ')}`);
  return status;
}

async function runs({ user, status, since, agent, limit, json }: Options): Promise<void> {
  const filter = {
    user,
    status: status === undefined ? undefined : statusOf(status),
    since: since === undefined ? undefined : sinceOf(since),
    limit,
  };
  const found = await withOperator(async (operator) => {
    const listed = await (agent === undefined ? operator.runs(filter) : runsWithAgent(operator, agent, filter));
    return Promise.all(listed.map(async (run) => ({ ...run, needs: await needsOf(operator, run) })));
  });
  if (json) return void process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  if (found.length === 0) return void process.stdout.write('no runs\n');
  const rows = found.map((run) => [
    run.run_id,
    run.user_id,
    run.workflow,
    run.status,
    run.needs?.reason ?? '-',
    run.started_at,
    run.ended_at ?? '-',
  ]);
  process.stdout.write(table(['RUN', 'USER', 'WORKFLOW', 'STATUS', 'NEEDS', 'STARTED', 'ENDED'], rows));
}

export function addRunsCommand(program: Command): void {
  program
    .command('runs')
    .description('list runs, newest first, and what open ones wait for; "baton show RUN" says more')
    .option('--user <user>', 'of this user only')
    .option('--status <status>', 'with this status only')
    .option('--since <age>', 'started within, such as 90m, 1h, 7d')
    .option('--agent <name>', 'in which this agent takes part')
    .option('--limit <n>', 'at most', parseCount, 50)
    .option('--json', 'print JSON')
    .action(runs);
}
