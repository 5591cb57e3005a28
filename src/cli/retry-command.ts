import type { Command } from 'commander';
import { actOnRun, runCommand } from './act-on-run.ts';

type Options = { json?: boolean; by?: string; from?: string };

export function addRetryCommand(program: Command): void {
  runCommand(program, 'retry', 'start a failed run again; what completed is reused')
    .option('--from <step>', 'step or agent from which everything is done again')
    .action((id: string, options: Options) =>
      actOnRun(id, options, async (run, by) => {
        const { repeated } = await run.retry({ by, fromStep: options.from });
        return repeated ? 'was retried already' : 'started again';
      }),
    );
}
