import type { Command } from 'commander';
import { actOnRun, runCommand } from './act-on-run.ts';

type Options = { json?: boolean; by?: string; comment?: string };

/** `approve` and `reject`: the two options of a question that gives none of its own. */
export function addDecideCommands(program: Command): void {
  for (const decision of ['approve', 'reject']) {
    runCommand(program, decision, `answer a question of a run: ${decision}`)
      .argument('<approval>', 'id of the question; "baton show RUN" lists them')
      .option('--comment <text>', 'shown to the user')
      .action((id: string, approval_id: string, options: Options) =>
        actOnRun(id, options, async (run, by) => {
          await run.decide({ approval_id, decision, by, comment: options.comment });
          return `${approval_id}: ${decision}`;
        }),
      );
  }
}
