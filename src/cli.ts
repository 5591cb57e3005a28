import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addCancelCommand } from './cli/cancel-command.ts';
import { addCodecCommand } from './cli/codec-command.ts';
import { addDecideCommands } from './cli/decide-command.ts';
import { addDevCommand } from './cli/dev-command.ts';
import { addDoctorCommand } from './cli/doctor-command.ts';
import { explainError } from './cli/explain-error.ts';
import { addGatewayCommand } from './cli/gateway-command.ts';
import { addInitCommand } from './cli/init-command.ts';
import { addPauseCommands } from './cli/pause-command.ts';
import { addHistoryCommand } from './cli/history-command.ts';
import { addReplayCommand } from './cli/replay-command.ts';
import { addRetryCommand } from './cli/retry-command.ts';
import { addPlanCommand } from './cli/plan-command.ts';
import { addRunCommand } from './cli/run-command.ts';
import { addRunsCommand } from './cli/runs-command.ts';
import { addShowCommand } from './cli/show-command.ts';
import { addSpendCommand } from './cli/spend-command.ts';
import { addStatsCommand } from './cli/stats-command.ts';
import { addTerminateCommand } from './cli/terminate-command.ts';
import { addTokenCommand } from './cli/token-command.ts';
import { addWatchCommand } from './cli/watch-command.ts';
import { addWorkerCommand } from './cli/worker-command.ts';

/** The command line. Sets `process.exitCode`; 0 completed, 2 completed with errors, 3 insufficient data, 1 anything else. */
export async function main(argv: string[]): Promise<void> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const program = new Command('baton')
    .description('Durable multi-agent workflows on Temporal, with a live feed of what every agent does')
    .version(version)
    .exitOverride()
    .showHelpAfterError();
  for (const add of [
    addDevCommand,
    addSpendCommand,
    addRunCommand,
    addPlanCommand,
    addRunsCommand,
    addShowCommand,
    addWatchCommand,
    addStatsCommand,
    addCancelCommand,
    addPauseCommands,
    addDecideCommands,
    addRetryCommand,
    addReplayCommand,
    addTerminateCommand,
    addHistoryCommand,
    addDoctorCommand,
    addInitCommand,
    addWorkerCommand,
    addGatewayCommand,
    addCodecCommand,
    addTokenCommand,
  ]) {
    add(program);
  }
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode;
      return;
    }
    process.stderr.write(`baton: ${explainError(error)}\n`);
    process.exitCode = 1;
  }
}
