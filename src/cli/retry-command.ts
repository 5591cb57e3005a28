import { Option, type Command } from 'commander';
import { actOnRun, runCommand } from './act-on-run.ts';

type Options = { json?: boolean; by?: string; from?: string; now?: boolean };

export function addRetryCommand(program: Command): void {
  runCommand(program, 'retry', 'start a failed run again; what completed is reused')
    .option('--from <step>', 'step or agent from which everything is done again')
    .addOption(
      new Option('--now', 'of a run that has not ended: agents that wait for their next attempt make it').conflicts(
        'from',
      ),
    )
    .action((id: string, options: Options) =>
      actOnRun(id, options, async (run, by) => {
        if (options.now) return `${(await run.retryNow({ by })).join(', ')}: tries again`;
        const { repeated } = await run.retry({ by, fromStep: options.from });
        return repeated ? 'was retried already' : 'started again';
      }),
    );
}
