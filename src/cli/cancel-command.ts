import type { Command } from 'commander';
import { withOperator } from './with-operator.ts';

type Options = { wait: boolean; json?: boolean };

async function cancel(id: string, { wait, json }: Options): Promise<void> {
  await withOperator(async (operator) => {
    const run = operator.handle(await operator.find(id));
    await run.cancel();
    const status = wait ? (await run.result()).status : 'cancel requested';
    process.stdout.write(json ? `${JSON.stringify({ run_id: run.runId, status })}\n` : `${run.runId}: ${status}\n`);
  });
}

export function addCancelCommand(program: Command): void {
  program
    .command('cancel')
    .argument('<run>', 'run id or workflow id')
    .description('ask a run to stop; its agents are told and may clean up')
    .option('--no-wait', 'do not wait for the end')
    .option('--json', 'print JSON')
    .action(cancel);
}
