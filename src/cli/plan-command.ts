import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { connect } from '../client.ts';
import { BatonError } from '../contracts/baton-error.ts';
import type { Plan } from '../contracts/plan.ts';
import { checkPlan } from '../plans/check-plan.ts';
import { faultList } from '../plans/plan-fault.ts';
import { exitCode } from './exit-code.ts';
import { loadApp } from './load-app.ts';
import { watchRun } from './watch-run.ts';
import { whileWaiting } from './while-waiting.ts';

type CheckOptions = { app?: string; json?: boolean };
type RunOptions = CheckOptions & { input?: string; user: string; request?: string };

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BatonError('InvalidInput', `${where} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function readPlan(file: string): unknown {
  return parseJson(readFileSync(file, 'utf8'), `file ${file}`);
}

async function check(file: string, { app: module, json }: CheckOptions): Promise<void> {
  const plan = readPlan(file);
  const { agents } = (await loadApp(module)).manifest();
  const faults = checkPlan({ plan, agents });
  if (faults.length > 0) process.exitCode = 1;
  if (json) process.stdout.write(`${JSON.stringify({ ok: faults.length === 0, faults }, null, 2)}\n`);
  else if (faults.length > 0) process.stdout.write(`${file}: ${faults.length} faults\n${faultList(faults)}\n`);
  else process.stdout.write(`${file}: ${(plan as Plan).steps.length} steps, no fault\n`);
}

async function run(file: string, { app: module, json, input, user, request }: RunOptions): Promise<void> {
  const plan = readPlan(file) as Plan;
  const text = input?.startsWith('@') ? readFileSync(input.slice(1), 'utf8') : input;
  const given = text === undefined ? undefined : parseJson(text, '--input');
  const baton = await connect({ user, app: await loadApp(module) });
  try {
    const started = await baton.start('runPlan', { plan, input: given }, { requestId: request });
    const outcome = await whileWaiting(started, () => watchRun(started, { stream: process.stderr }));
    const lines = (outcome.result?.steps ?? []).map((step) => {
      const why = step.error?.message ?? step.reason;
      return `${step.status.padEnd(11)} ${step.id}${why ? `: ${why}` : ''}\n`;
    });
    process.stdout.write(json ? `${JSON.stringify(outcome, null, 2)}\n` : `${lines.join('')}${outcome.status}\n`);
    process.exitCode = exitCode(outcome.status);
  } finally {
    await baton.close();
  }
}

export function addPlanCommand(program: Command): void {
  const plan = program.command('plan').description('check a plan file, or run it');
  plan
    .command('check')
    .argument('<file>', 'plan as JSON')
    .description('list everything that is wrong with a plan')
    .option('--app <module>', "module whose default export is a defineApp (default: Baton's own agents)")
    .option('--json', 'print JSON')
    .action(check);
  plan
    .command('run')
    .argument('<file>', 'plan as JSON')
    .description('run a plan on a running server and follow it to its end')
    .option('--app <module>', "module whose default export is a defineApp (default: Baton's own agents)")
    .option('--input <json>', 'input of the plan as JSON, or @FILE')
    .option('--user <user>', 'on whose behalf', 'local')
    .option('--request <request>', 'idempotency key: the same request is the same run')
    .option('--json', 'print JSON')
    .action(run);
}
