import type { Command } from 'commander';
import { actOnRun, runCommand } from './act-on-run.ts';

type Options = { json?: boolean; by?: string; reason?: string };

export function addPauseCommands(program: Command): void {
  runCommand(program, 'pause', 'let running agents finish and start no new one')
    .option('--reason <text>', 'shown to the user')
    .action((id: string, options: Options) =>
      actOnRun(id, options, async (run, by) => {
        await run.pause({ by, reason: options.reason });
        return 'paused';
      }),
    );
  runCommand(program, 'resume', 'go on with a paused run').action((id: string, options: Options) =>
    actOnRun(id, options, async (run, by) => {
      await run.resume({ by });
      return 'resumed';
    }),
  );
}
