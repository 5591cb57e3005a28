import type { Command } from 'commander';
import type { RunHandle } from '../client.ts';
import { loginName } from './login-name.ts';
import { whileWaiting } from './while-waiting.ts';
import { withOperator } from './with-operator.ts';

type Options = { json?: boolean; by?: string };

/** Runs one action of an operator on one run and says what came of it. Every action carries who did it. */
export async function actOnRun(
  id: string,
  { json, by = loginName() }: Options,
  act: (run: RunHandle, by: string) => Promise<string>,
): Promise<void> {
  await withOperator(async (operator) => {
    const run = operator.handle(await operator.find(id));
    const done = await whileWaiting({ workflowId: run.workflowId, operator }, () => act(run, by));
    process.stdout.write(json ? `${JSON.stringify({ run_id: run.runId, done, by })}\n` : `${run.runId}: ${done}\n`);
  });
}

/** A command that acts on a run. */
export function runCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .argument('<run>', 'run id or workflow id')
    .description(description)
    .option('--by <who>', 'who acts; your login name by default')
    .option('--json', 'print JSON');
}
