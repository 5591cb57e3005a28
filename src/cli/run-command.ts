import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { connect, type RunHandle } from '../client.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { WORKFLOWS, type WorkflowName } from '../contracts/names.ts';
import type { WorkflowInput } from '../contracts/workflow-contracts.ts';
import { exitCode } from './exit-code.ts';
import { watchRun } from './watch-run.ts';

type Options = {
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

function workflowNamed(name: string): WorkflowName {
  const found = WORKFLOWS.find((known) => known === name);
  if (found) return found;
  throw new BatonError('InvalidInput', `unknown workflow "${name}"; known: ${WORKFLOWS.join(', ')}`);
}

async function watchToEnd(run: RunHandle, json?: boolean): Promise<void> {
  const outcome = await watchRun(run, { stream: process.stderr });
  process.stdout.write(json ? `${JSON.stringify(outcome, null, 2)}\n` : `${outcome.status}\n`);
  process.exitCode = exitCode(outcome.status);
}

export function addRunCommand(program: Command): void {
  program
    .command('run')
    .argument('<workflow>', `one of ${WORKFLOWS.join(', ')}`)
    .description('start a run on a running server')
    .option('--input <json>', 'input as JSON, or @FILE')
    .option('--user <user>', 'on whose behalf', 'local')
    .option('--thread <thread>', 'conversation the run belongs to')
    .option('--request <request>', 'idempotency key: the same request is the same run')
    .option('--watch', 'follow the run to its end')
    .option('--json', 'print JSON')
    .action(async (name: string, { input, user, thread, request, watch, json }: Options) => {
      const workflow = workflowNamed(name);
      const given = readInput(input) as WorkflowInput<typeof workflow>;
      const baton = await connect({ user });
      try {
        const run = await baton.start(workflow, given, { threadId: thread, requestId: request });
        if (watch) return await watchToEnd(run, json);
        const ids = { run_id: run.runId, workflow_id: run.workflowId };
        process.stdout.write(json ? `${JSON.stringify(ids)}\n` : `${run.runId}\n`);
      } finally {
        await baton.close();
      }
    });
}
