import type { Command } from 'commander';
import { BatonError } from '../contracts/baton-error.ts';
import { actOnRun, runCommand } from './act-on-run.ts';

type Options = { json?: boolean; by?: string; comment?: string; data?: string };

const APPROVAL = 'id of the question; "baton show RUN" lists them';

function parsed(data: string | undefined): unknown {
  if (data === undefined) return undefined;
  try {
    return JSON.parse(data);
  } catch (cause) {
    throw new BatonError('InvalidInput', `--data is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function decide(id: string, approval_id: string, decision: string, options: Options): Promise<void> {
  return actOnRun(id, options, async (run, by) => {
    await run.decide({ approval_id, decision, by, comment: options.comment, data: parsed(options.data) });
    return `${approval_id}: ${decision}`;
  });
}

/** `approve` and `reject`: the two options of a question that gives none of its own; `decide` takes any. */
export function addDecideCommands(program: Command): void {
  for (const decision of ['approve', 'reject']) {
    runCommand(program, decision, `answer a question of a run: ${decision}`)
      .argument('<approval>', APPROVAL)
      .option('--comment <text>', 'shown to the user')
      .option('--data <json>', 'what the question asks for besides a choice')
      .action((id: string, approval: string, options: Options) => decide(id, approval, decision, options));
  }
  runCommand(program, 'decide', 'answer a question of a run by one of its options')
    .argument('<approval>', APPROVAL)
    .argument('<option>', 'one of the options that the question gives')
    .option('--comment <text>', 'shown to the user')
    .option('--data <json>', 'what the question asks for besides a choice')
    .action(decide);
}
