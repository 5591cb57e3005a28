import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { connect, type BatonClient } from '../../src/client.ts';
import app from '../support/faulty/app.ts';
import { faultTest } from '../support/fault-test.ts';
import { shared } from '../support/test-run.ts';
import { spawnBaton, temporaryDir } from './run-baton.ts';

const queue = `nobody-${randomUUID()}`;
let dir: Awaited<ReturnType<typeof temporaryDir>>;
let baton: BatonClient;

beforeAll(async () => {
  dir = await temporaryDir();
  const { address } = shared();
  baton = await connect({ user: queue, app, address, dataDir: dir.path, taskQueue: queue });
});

afterAll(async () => {
  await baton.close();
  await dir[Symbol.asyncDispose]();
});

faultTest(
  'a command that waits for a run which no worker takes says after three seconds what is missing, and goes on waiting',
  {
    kind: 36,
    timeoutMs: 60_000,
    before: 'baton cancel and baton watch waited without a word for as long as no worker came.',
  },
  async () => {
    const runs = [
      await baton.start('runAgent', { agent: 'typo', input: {} }),
      await baton.start('runAgent', { agent: 'typo', input: {} }),
    ];
    const began = performance.now();
    const waiting = ['watch', 'cancel'].map((name, n) =>
      spawnBaton([name, runs[n]?.workflowId ?? ''], { dataDir: dir.path, env: { TEMPORAL_ADDRESS: shared().address } }),
    );
    try {
      const missing = new RegExp(
        `no worker polls queue ${queue}: start one with "baton worker MODULE --task-queue ${queue}"`,
      );
      const ended = Promise.withResolvers<void>();
      const timer = setTimeout(ended.resolve, 15_000);
      await Promise.race([Promise.all(waiting.map(({ until }) => until(missing))), ended.promise]);
      clearTimeout(timer);
      const took = performance.now() - began;
      for (const { output, child } of waiting) {
        expect(output.stderr).toMatch(missing);
        expect(child.exitCode).toBeNull();
      }
      return `Both name the queue and the command that starts a worker, after ${(took / 1_000).toFixed(0)} s; they go on waiting.`;
    } finally {
      for (const { child } of waiting) child.kill('SIGKILL');
      await Promise.all(waiting.map(({ closed }) => closed));
      await Promise.all(runs.map((run) => run.terminate({ reason: 'the test is over' })));
    }
  },
);
