import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { explainError } from './cli/explain-error.ts';
import { guardProcess, unhandledErrors } from './cli/guard-process.ts';
import { keepLoopbackDirect } from './temporal/loopback.ts';

/**
 * Each command's names and how it is added, in the order of the help. Only the one that was called is loaded: all of them
 * bring in Temporal's worker, the gateway and the price book, which takes longer than most commands do.
 */
const COMMANDS: [names: string[], load: () => Promise<(program: Command) => void>][] = [
  [['dev'], async () => (await import('./cli/dev-command.ts')).addDevCommand],
  [['spend'], async () => (await import('./cli/spend-command.ts')).addSpendCommand],
  [['run'], async () => (await import('./cli/run-command.ts')).addRunCommand],
  [['plan'], async () => (await import('./cli/plan-command.ts')).addPlanCommand],
  [['runs'], async () => (await import('./cli/runs-command.ts')).addRunsCommand],
  [['show'], async () => (await import('./cli/show-command.ts')).addShowCommand],
  [['watch'], async () => (await import('./cli/watch-command.ts')).addWatchCommand],
  [['stats'], async () => (await import('./cli/stats-command.ts')).addStatsCommand],
  [['cancel'], async () => (await import('./cli/cancel-command.ts')).addCancelCommand],
  [['pause', 'resume'], async () => (await import('./cli/pause-command.ts')).addPauseCommands],
  [['approve', 'reject', 'decide'], async () => (await import('./cli/decide-command.ts')).addDecideCommands],
  [['retry'], async () => (await import('./cli/retry-command.ts')).addRetryCommand],
  [['replay'], async () => (await import('./cli/replay-command.ts')).addReplayCommand],
  [['terminate'], async () => (await import('./cli/terminate-command.ts')).addTerminateCommand],
  [['history'], async () => (await import('./cli/history-command.ts')).addHistoryCommand],
  [['doctor'], async () => (await import('./cli/doctor-command.ts')).addDoctorCommand],
  [['init'], async () => (await import('./cli/init-command.ts')).addInitCommand],
  [['worker'], async () => (await import('./cli/worker-command.ts')).addWorkerCommand],
  [['gateway'], async () => (await import('./cli/gateway-command.ts')).addGatewayCommand],
  [['codec'], async () => (await import('./cli/codec-command.ts')).addCodecCommand],
  [['token'], async () => (await import('./cli/token-command.ts')).addTokenCommand],
];

/** The command line. Sets `process.exitCode`; 0 completed, 2 completed with errors, 3 insufficient data, 1 anything else. */
export async function main(argv: string[]): Promise<void> {
  guardProcess();
  keepLoopbackDirect();
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const program = new Command('baton')
    .description('Durable multi-agent workflows on Temporal, with a live feed of what every agent does')
    .version(version)
    .exitOverride()
    .showHelpAfterError();
  const called = COMMANDS.filter(([names]) => names.includes(argv[2] ?? ''));
  for (const [, load] of called.length > 0 ? called : COMMANDS) (await load())(program);
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

/** Resolves when whoever reads the stream has it all, or is gone. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (stream.destroyed || stream.writableLength === 0) return Promise.resolve();
  stream.once('close', resolve);
  stream.write('', () => resolve());
  return promise;
}

/**
 * Ends the process once its output is written, with the code that `main` set: a module of somebody else may have left a
 * timer or a server behind, and would keep it up for ever.
 */
export async function endProcess(): Promise<never> {
  await Promise.all([process.stdout, process.stderr].map(drained));
  // The error of a file that cannot be written comes by an event, which has not been emitted yet.
  await new Promise(setImmediate);
  process.exit(process.exitCode ?? (unhandledErrors() > 0 ? 1 : 0));
}
