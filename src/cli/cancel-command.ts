import type { Command } from 'commander';
import { runCommand } from './act-on-run.ts';
import { loginName } from './login-name.ts';
import { whileWaiting } from './while-waiting.ts';
import { withOperator } from './with-operator.ts';

type Options = { wait: boolean; json?: boolean; by?: string; reason?: string };

async function cancel(id: string, { wait, json, by = loginName(), reason }: Options): Promise<void> {
  await withOperator(async (operator) => {
    const run = operator.handle(await operator.find(id));
    await run.cancel({ by, reason });
    const status = wait
      ? (await whileWaiting({ workflowId: run.workflowId, operator }, run.result)).status
      : 'cancel requested';
    process.stdout.write(json ? `${JSON.stringify({ run_id: run.runId, status, by })}\n` : `${run.runId}: ${status}\n`);
  });
}

export function addCancelCommand(program: Command): void {
  runCommand(program, 'cancel', 'ask a run to stop; its agents are told and may clean up')
    .option('--reason <text>', 'shown to the user')
    .option('--no-wait', 'do not wait for the end')
    .action(cancel);
}
