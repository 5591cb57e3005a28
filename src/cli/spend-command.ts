import { resolve } from 'node:path';
import type { Command } from 'commander';
import { connect } from '../client.ts';
import { namedTemporal } from '../client/connection-settings.ts';
import { loadConfig, type Config } from '../config.ts';
import type { WorkflowInput } from '../contracts/workflow-contracts.ts';
import { dataDirOwner } from '../dev/own-data-dir.ts';
import { checkOut, writeOut } from './report-file.ts';
import { exitCode } from './exit-code.ts';
import { parseNumbers, parsePositive } from './parse-option.ts';
import { printReport } from './print-report.ts';
import { startStack } from './start-stack.ts';
import { workThenUndo } from './undo-list.ts';
import { untilStopped } from './until-stopped.ts';
import { watchRun } from './watch-run.ts';
import { whileWaiting } from './while-waiting.ts';

type Options = {
  model?: string;
  provider?: string;
  monthly?: number;
  windowHours?: number;
  prices?: string;
  effortRate?: number;
  set?: Record<string, number>;
  allowBadRows?: boolean;
  requireApproval?: boolean;
  out?: string;
  json?: boolean;
};

/**
 * Time to end after Ctrl-C, in milliseconds: the run is cancelled first, and what it did is undone.
 */
const END_MS = 60_000;

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** A running server with its worker, or one brought up for this run. */
async function server(config: Config) {
  if (namedTemporal() || dataDirOwner(config.dataDir)?.command === 'baton dev') return undefined;
  // Another `baton spend` in this folder is waited for: two servers on one database would ruin it.
  return startStack({ config, command: 'baton spend', say, patienceMs: Number.POSITIVE_INFINITY });
}

function inputOf(files: string[], options: Options): WorkflowInput<'costOptimization'> {
  return {
    files: files.map((file) => resolve(file)),
    model: options.model,
    provider: options.provider,
    stated_monthly_usd: options.monthly,
    window_hours: options.windowHours,
    prices: options.prices && resolve(options.prices),
    effort_rate_usd_per_day: options.effortRate,
    set: options.set,
    allow_bad_rows: options.allowBadRows,
    require_approval: options.requireApproval,
  };
}

async function spend(files: string[], options: Options): Promise<void> {
  if (options.out) checkOut(options.out);
  const config = loadConfig(process.env, { role: 'dev' });
  const stopped = untilStopped({ withinMs: END_MS });
  const stack = await server(config);
  const work = async () => {
    const baton = await connect({ user: 'local', address: stack?.address, dataDir: config.dataDir });
    try {
      const run = await baton.start('costOptimization', inputOf(files, options));
      // Ctrl-C means this run here: nobody else waits for it.
      stopped.signal.addEventListener('abort', () => void run.cancel().catch(() => undefined));
      if (stopped.signal.aborted) await run.cancel();
      const watch = () => watchRun(run, { stream: process.stderr });
      const watching = stack ? watch() : whileWaiting(run, watch);
      watching.catch(() => undefined);
      const outcome = await (stack ? Promise.race([watching, stack.lost]) : watching);
      await printReport(outcome, options);
      if (options.out && outcome.result) await writeOut(options.out, outcome.result);
      process.exitCode = exitCode(outcome.status);
    } finally {
      await baton.close();
    }
  };
  await workThenUndo(work, async () => stack?.stop());
}

export function addSpendCommand(program: Command): void {
  program
    .command('spend')
    .argument('<files...>', 'usage files')
    .description('find what can be saved: runs costOptimization on usage files')
    .option('--model <model>', 'model to assign to rows that name none')
    .option('--provider <provider>', 'provider of that model, where several sell it')
    .option('--monthly <usd>', 'what you say you spend a month, in US dollars', parsePositive)
    .option(
      '--window-hours <hours>',
      'length of the time the files cover, where their times do not tell',
      parsePositive,
    )
    .option('--prices <file>', 'JSON file of own prices, which win over the catalogue')
    .option('--effort-rate <usd>', 'cost of a day of work, in US dollars (default: 800)', parsePositive)
    .option('--set <k=v,...>', 'assumptions of your own, by their names in the report', parseNumbers)
    .option('--allow-bad-rows', 'go on when more than 5% of the rows cannot be used')
    .option('--require-approval', 'ask before the plan is made: baton approve|reject RUN plan, in another terminal')
    .option('--out <file>', 'also write the report to a .html, .md, .json, .xlsx or .csv file')
    .option('--json', 'print the report as JSON')
    .action(spend);
}
