import type { Command } from 'commander';
import { actOnRun, runCommand } from './act-on-run.ts';

type Options = { json?: boolean; by?: string; reason: string };

export function addTerminateCommand(program: Command): void {
  runCommand(program, 'terminate', 'end a run at once, without its code; what its tools did is undone')
    .requiredOption('--reason <text>', 'why; shown to the user')
    .action((id: string, options: Options) =>
      actOnRun(id, options, async (run, by) => {
        const { repeated } = await run.terminate({ by, reason: options.reason });
        return repeated ? 'was terminated already' : 'terminated';
      }),
    );
}
