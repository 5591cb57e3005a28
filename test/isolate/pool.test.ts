import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AgentContext } from '../../src/agents/define-agent.ts';
import { createIsolatePool } from '../../src/isolate/isolate-pool.ts';
import { heapHog, isolatedAgents, leaver, pidTeller, spinner } from '../support/isolated-agents.ts';
import { isRunning, processGone } from '../support/process-gone.ts';
import { startTestWorker } from '../support/test-run.ts';

const pool = createIsolatePool();

function contextOf(controller = new AbortController(), think: (text: string) => void = () => undefined) {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  return { signal: controller.signal, think, log, attempt: 1 } as unknown as AgentContext;
}

async function pidOf(): Promise<number> {
  return ((await pool.run(pidTeller, {}, contextOf())) as { pid: number }).pid;
}

describe('a pool of child processes', () => {
  test('uses an idle child again, also after its agent has thrown', async () => {
    const first = await pidOf();
    expect(await pidOf()).toBe(first);
    await expect(pool.run(pidTeller, { fail: true }, contextOf())).rejects.toThrow(String(first));
    expect(await pidOf()).toBe(first);
  });

  test('gives each of two agents at work a child of its own', async () => {
    const [one, other] = await Promise.all([pidOf(), pidOf()]);
    expect(one).not.toBe(other);
  });

  test('replaces a child that was killed while it was idle', async () => {
    const first = await pidOf();
    process.kill(first, 'SIGKILL');
    await processGone(first);
    expect(await pidOf()).not.toBe(first);
  });

  test('names the module that does not export its agent', async () => {
    const elsewhere = { ...pidTeller, isolate: { module: new URL('../support/process-gone.ts', import.meta.url) } };
    const failed = pool.run(elsewhere, {}, contextOf());
    await expect(failed).rejects.toMatchObject({ type: 'InvalidInput' });
    await expect(failed).rejects.toThrow(/process-gone.ts does not export it; correct isolate.module/);
  });

  test('leaves it to the worker how long an agent goes on after a signal to the whole group', async () => {
    const first = await pidOf();
    process.kill(first, 'SIGINT');
    process.kill(first, 'SIGTERM');
    expect(await pidOf()).toBe(first);
  });

  test('does not blame a run for what an earlier one of the same process has left behind', async () => {
    const first = await pool.run(leaver, { leave: true }, contextOf());
    expect(await pool.run(leaver, { leave: false }, contextOf())).toEqual(first);
    // Whatever else is left there, nobody knows.
    expect(await pool.run(leaver, { leave: false }, contextOf())).not.toEqual(first);
  });

  test('replaces a child that ran out of memory', async () => {
    await expect(pool.run(heapHog, {}, contextOf())).rejects.toMatchObject({ type: 'OutOfMemory' });
    await expect(pool.run(heapHog, {}, contextOf())).rejects.toMatchObject({ type: 'OutOfMemory' });
  });

  test('ends all its children when it is closed, also busy ones, and takes no more', async () => {
    const idle = await pidOf();
    const { promise: thought, resolve } = Promise.withResolvers<string>();
    const spinning = pool.run(spinner, { ms: 60_000 }, contextOf(undefined, resolve));
    spinning.catch(() => undefined);
    const busy = Number(await thought);
    await pool.close();
    expect([idle, busy].filter(isRunning)).toEqual([]);
    await expect(spinning).rejects.toMatchObject({ type: 'AgentFailed' });
    await expect(pidOf()).rejects.toThrow(/its worker has shut down/);
  });
});

test('a worker that shut down leaves no child behind', async () => {
  const worker = await startTestWorker({ agents: isolatedAgents });
  const { outcome } = await worker.runAgent('pid_teller');
  const { pid } = outcome.result as { pid: number };
  expect(isRunning(pid)).toBe(true);
  await worker.stop();
  expect(isRunning(pid)).toBe(false);
});

test('after kill -9 of the worker neither an idle child nor one in a busy loop lives on', async () => {
  const host = fileURLToPath(new URL('../support/isolate-host.ts', import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', host], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const pids = JSON.parse(line.toString()) as number[];
  expect(pids.filter(isRunning)).toEqual(pids);
  child.kill('SIGKILL');
  for (const pid of pids) await processGone(pid);
});
