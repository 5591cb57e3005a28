import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { spawnBaton } from '../../cli/run-baton.ts';
import { faultTest } from '../../support/fault-test.ts';
import { startRedisServer } from '../../support/redis-server.ts';
import { shared } from '../../support/test-run.ts';

const MODULE = 'test/support/drill/app.ts';

/** Longer than a reader of events waits for the log, in milliseconds. */
const OUTAGE_MS = 95_000;

/** Watches a run through what happens to its log, lets it complete, and gives what was printed. */
async function watched(through: (redis: { outage(ms: number): Promise<void> }) => Promise<void>) {
  const redis = await startRedisServer();
  const dataDir = await mkdtemp(join(tmpdir(), 'baton-outage-'));
  const { address: TEMPORAL_ADDRESS } = shared();
  const env = { TEMPORAL_ADDRESS, BATON_LOG: redis.url, DRILL_DIR: dataDir };
  const worker = spawnBaton(['worker', MODULE], { dataDir, env });
  await worker.until(/on queue/);
  const input = JSON.stringify({ agent: 'sleeper', input: {} });
  const run = ['run', 'runAgent', '--app', MODULE, '--input', input, '--watch', '--json'];
  const watching = spawnBaton(run, { dataDir, env });
  try {
    await watching.until(/sleeper/);
    await through({
      async outage(ms) {
        await redis.kill();
        await sleep(ms);
        await redis.start();
      },
    });
    await writeFile(join(dataDir, 'morning'), '');
    const code = await watching.closed;
    return { code, ...watching.output };
  } finally {
    watching.child.kill('SIGKILL');
    worker.child.kill('SIGKILL');
    await Promise.all([watching.closed, worker.closed]);
    await redis.stop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

const COMPLETED = { code: 0, stdout: expect.stringContaining('"status": "completed"') };

faultTest(
  'who watches a run sees its end after an outage of the log of more than a minute',
  {
    kind: 6,
    before: '`baton run --watch` failed after a minute without the log, though the run continued and completed.',
    timeoutMs: 200_000,
  },
  async () => {
    const { code, stdout, stderr } = await watched(({ outage }) => outage(OUTAGE_MS));
    expect({ code, stdout }).toEqual(COMPLETED);
    expect(stderr).toMatch(/no events for 60 s/);
    expect(stderr).toMatch(/run +completed/);
    return 'It says after a minute that the log does not answer, and shows the end 95 s after the log was gone.';
  },
);
