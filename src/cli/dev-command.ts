import type { Command } from 'commander';
import { connect } from '../client.ts';
import { loadConfig, type Config } from '../config.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { demoRun } from './demo-run.ts';
import { exitCode } from './exit-code.ts';
import { loadApps } from './load-app.ts';
import { printReport } from './print-report.ts';
import { addSettingFlags, settingFlags } from './setting-flags.ts';
import { startStack, type Stack } from './start-stack.ts';
import { workThenUndo } from './undo-list.ts';
import { untilStopped } from './until-stopped.ts';
import { uiLink } from './ui-link.ts';
import { watchRun } from './watch-run.ts';

type Options = { demo?: boolean; exit?: boolean; json?: boolean };

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Runs the demo; true once it has ended, false if it was stopped before. */
async function demo(
  stack: Stack,
  config: Config,
  stopped: ReturnType<typeof untilStopped>,
  json?: boolean,
): Promise<boolean> {
  const { address, namespace } = stack;
  const baton = await connect({ user: 'local', address, namespace, dataDir: config.dataDir });
  try {
    const run = await demoRun(baton, say);
    const link = uiLink({ ...stack, workflowId: run.workflowId });
    if (link) say(`this run     ${link}\n`);
    const watching = watchRun(run, { stream: process.stderr, signal: stopped.signal });
    watching.catch(() => undefined);
    const outcome = await Promise.race([watching, stopped.promise, stack.lost]);
    if (!outcome) return false;
    await printReport(outcome, { json });
    if (link) say(`\nThis run in Temporal UI: ${link}`);
    process.exitCode = exitCode(outcome.status);
    return true;
  } finally {
    await baton.close();
  }
}

export function addDevCommand(program: Command): void {
  const command = program
    .command('dev')
    .argument('[modules...]', "modules whose default exports are a defineApp (default: Baton's own agents)")
    .description('run everything on this machine: Temporal with its UI, a worker and the event log')
    .option('--demo', 'also run costOptimization on the real trace in examples/')
    .option('--exit', 'stop after the demo run, with its exit code')
    .option('--json', 'print the report of the demo run as JSON');
  addSettingFlags(command, 'dev').action(async (modules: string[], options: Options) => {
    if (options.demo && modules.length > 0) {
      throw new BatonError('InvalidInput', "--demo runs Baton's own agents: leave the modules out");
    }
    const config = loadConfig(process.env, { role: 'dev', flags: settingFlags(command, 'dev') });
    const app = modules.length > 0 ? await loadApps(modules, config) : undefined;
    const stopped = untilStopped();
    // The view of the demo's run would be torn apart.
    const showing = { lines: !options.demo };
    const stack = await startStack({
      config,
      command: 'baton dev',
      say,
      app,
      port: config.temporalPort,
      gateway: true,
      show: (line) => showing.lines && say(line),
    });
    const work = async () => {
      const ended = options.demo && !stopped.signal.aborted && (await demo(stack, config, stopped, options.json));
      if (ended && options.exit) return;
      showing.lines = true;
      // Staying up is not a result: a later Ctrl-C is the normal end.
      process.exitCode = 0;
      if (!stopped.signal.aborted)
        say('running; Ctrl-C stops everything, and what is unfinished goes on at the next start');
      await Promise.race([stopped.promise, stack.lost]);
      say('stopping');
    };
    await workThenUndo(work, stack.stop);
  });
}
