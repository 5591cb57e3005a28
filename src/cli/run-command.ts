import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { connect, type RunHandle } from '../client.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { WORKFLOWS } from '../contracts/names.ts';
import { exitCode } from './exit-code.ts';
import { loadApp } from './load-app.ts';
import { watchRun } from './watch-run.ts';
import { sayWhatIsMissing, whileWaiting } from './while-waiting.ts';

type Options = {
  app?: string;
  input?: string;
  user: string;
  thread?: string;
  request?: string;
  watch?: boolean;
  json?: boolean;
};

function readInput(text = '{}'): unknown {
  const source = text.startsWith('@') ? readFileSync(text.slice(1), 'utf8') : text;
  try {
    return JSON.parse(source);
  } catch (cause) {
    const where = text.startsWith('@') ? `file ${text.slice(1)}` : '--input';
    throw new BatonError('InvalidInput', `${where} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

async function watchToEnd(run: RunHandle, json?: boolean): Promise<void> {
  const outcome = await whileWaiting(run, () => watchRun(run, { stream: process.stderr }));
  process.stdout.write(json ? `${JSON.stringify(outcome, null, 2)}\n` : `${outcome.status}\n`);
  process.exitCode = exitCode(outcome.status);
}

export function addRunCommand(program: Command): void {
  program
    .command('run')
    .argument('<workflow>', `one of ${WORKFLOWS.join(', ')}, or a plan or workflow of the app`)
    .description('start a run on a running server')
    .option('--app <module>', "module whose default export is a defineApp (default: Baton's own agents)")
    .option('--input <json>', 'input as JSON, or @FILE')
    .option('--user <user>', 'on whose behalf', 'local')
    .option('--thread <thread>', 'conversation the run belongs to')
    .option('--request <request>', 'idempotency key: the same request is the same run')
    .option('--watch', 'follow the run to its end')
    .option('--json', 'print JSON')
    .action(async (name: string, { app: module, input, user, thread, request, watch, json }: Options) => {
      const given = readInput(input);
      const baton = await connect({ user, app: module === undefined ? undefined : await loadApp(module) });
      try {
        const run = await baton.startNamed(name, given, { threadId: thread, requestId: request });
        if (watch) return await watchToEnd(run, json);
        const ids = { run_id: run.runId, workflow_id: run.workflowId };
        process.stdout.write(json ? `${JSON.stringify(ids)}\n` : `${run.runId}\n`);
        await sayWhatIsMissing(run.workflowId);
      } finally {
        await baton.close();
      }
    });
}
