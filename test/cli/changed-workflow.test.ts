import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import example from '../../examples/own-workflow/app.ts';
import { connect, type BatonClient, type RunHandle } from '../../src/client.ts';
import { faultTest } from '../support/fault-test.ts';
import { shared } from '../support/test-run.ts';
import { callBaton } from './call-baton.ts';
import { spawnBaton, temporaryDir } from './run-baton.ts';
import { until } from '../support/until.ts';

const user = `changed-${randomUUID()}`;
const taskQueue = `changed-${user}`;
let dir: Awaited<ReturnType<typeof temporaryDir>>;
let baton: BatonClient;
let run: RunHandle;
let changed: string;

const command = () => ({ dataDir: dir.path, env: { TEMPORAL_ADDRESS: shared().address, BATON_CACHE_DIR: dir.path } });

async function startWorker(module: string) {
  const worker = spawnBaton(['worker', module, '--task-queue', taskQueue], command());
  await worker.until(/on queue/);
  return async () => {
    worker.child.kill('SIGTERM');
    await worker.closed;
  };
}

/** A run of the example that waits for its user, and a copy of the example that calls an agent more before it asks. */
beforeAll(async () => {
  dir = await temporaryDir();
  changed = mkdtempSync('test/.mutation-');
  cpSync('examples/own-workflow', changed, { recursive: true });
  const workflows = join(changed, 'workflows.ts');
  const source = readFileSync(workflows, 'utf8');
  writeFileSync(workflows, source.replace('if (approve) {', 'if (approve) {\n      await quote({ sku });'));

  const stop = await startWorker('examples/own-workflow/app.ts');
  baton = await connect({ user, app: example, address: shared().address, dataDir: dir.path, taskQueue });
  run = await baton.startNamed('trip', { sku: 'map', approve: true });
  for await (const { type } of run.events()) if (type === 'approval_requested') break;
  await stop();
}, 60_000);

afterAll(async () => {
  await baton.close();
  rmSync(changed, { recursive: true });
  await dir[Symbol.asyncDispose]();
});

faultTest(
  'an agent that was added before a question is named by replay and, deployed all the same, by show',
  {
    kind: 33,
    timeoutMs: 90_000,
    before:
      'replay said that the history was damaged and to fetch it again; show gave the words of a state machine only.',
  },
  async () => {
    const module = join(changed, 'app.ts');
    // Visibility lags behind the run.
    const replay = ['replay', module, '--workflow', 'trip', '--since', '1h'];
    const replayed = await until(
      () => callBaton(replay, command()),
      ({ stdout }) => stdout.includes(run.workflowId),
    );
    expect(replayed.stdout).toContain(
      'after step 1, agent quote: history has question approval-1 here, the code now schedules quote (quote-2): ' +
        'agent quote (quote-2) was added before question approval-1, or takes its place',
    );
    expect(replayed.stdout).toContain("patched('some-name') of\nbaton-agents/workflow");

    const stop = await startWorker(module);
    await run.approve('approval-1');
    const shown = await until(
      () => callBaton(['show', run.workflowId], command()),
      ({ stdout }) => stdout.includes('workflow_task_failing'),
    );
    expect(shown.stdout).toContain('does not fit this run: they part after agent quote, where the run has question');
    expect(shown.stdout).toContain('baton replay MODULE --workflow trip');
    await stop();
    return 'both name the place, after agent quote and before approval-1, and `patched` as the remedy.';
  },
);
