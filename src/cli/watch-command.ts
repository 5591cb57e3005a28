import type { Command } from 'commander';
import { BatonError } from '../contracts/baton-error.ts';
import { exitCode } from './exit-code.ts';
import { watchRun } from './watch-run.ts';
import { whileWaiting } from './while-waiting.ts';
import { withOperator } from './with-operator.ts';

async function watch(id: string | undefined, { json }: { json?: boolean }): Promise<void> {
  await withOperator(async (operator) => {
    const [newest] = id === undefined ? await operator.runs({ limit: 1 }) : [await operator.find(id)];
    if (!newest) throw new BatonError('InvalidInput', 'there is no run yet; start one by "baton spend FILE"');
    const run = operator.handle(newest);
    const view = json ? (line: unknown) => void process.stdout.write(`${JSON.stringify(line)}\n`) : undefined;
    const waiting = { workflowId: run.workflowId, operator };
    const { status } = await whileWaiting(waiting, () => watchRun(run, { stream: process.stdout, view }));
    if (!json) process.stdout.write(`${run.runId}: ${status}\n`);
    process.exitCode = exitCode(status);
  });
}

export function addWatchCommand(program: Command): void {
  program
    .command('watch')
    .argument('[run]', 'run id or workflow id; without one, the newest run')
    .description('follow a run from its first event to its end')
    .option('--json', 'print the events as JSON lines')
    .action(watch);
}
