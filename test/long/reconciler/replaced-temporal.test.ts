import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from '@jest/globals';
import { connect } from '../../../src/client.ts';
import type { BatonEvent } from '../../../src/contracts/event.ts';
import { freePort } from '../../../chaos/processes/free-ports.ts';
import { startEmbeddedServer } from '../../../src/dev/start-embedded-server.ts';
import { openStore } from '../../../src/notifier/open-store.ts';
import { ensureTemporalCli } from '../../../src/temporal-cli/ensure-temporal-cli.ts';
import { spawnBaton } from '../../cli/run-baton.ts';
import app from '../../support/drill/app.ts';
import { faultTest } from '../../support/fault-test.ts';

const MODULE = 'test/support/drill/app.ts';

const undo: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).toReversed()) await each();
});

async function folder(name: string) {
  const path = await mkdtemp(join(tmpdir(), `baton-${name}-`));
  undo.push(() => rm(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}

/** A Temporal server at a port, on the database of a folder. */
async function serverAt(port: number, dataDir: string) {
  const cliPath = await ensureTemporalCli({ say: () => undefined });
  const server = await startEmbeddedServer({ dataDir, cliPath, port });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= server.stop());
  undo.push(stop);
  return { stop };
}

function spawned(args: string[], options: Parameters<typeof spawnBaton>[1]) {
  const process = spawnBaton(args, options);
  undo.push(async () => {
    process.child.kill('SIGKILL');
    await process.closed;
  });
  return process;
}

const word = (type: string) => /^run_(stalled|recovered|completed|failed)$/.test(type);

/** A user's events up to the first that matches. */
async function eventsUntil(dataDir: string, matches: (event: BatonEvent) => boolean): Promise<BatonEvent[]> {
  await using store = await openStore({ url: `sqlite:${join(dataDir, 'events.sqlite')}` });
  const seen: BatonEvent[] = [];
  const signal = AbortSignal.timeout(60_000);
  for await (const event of store.log.follow({ userId: 'ann', after: 0, signal })) {
    seen.push(event);
    if (matches(event)) return seen;
  }
  throw new Error(`no such event came: ${seen.map(({ type }) => type).join(', ')}`);
}

faultTest(
  'a Temporal that takes the place of the right one decides nothing, and runs continue when that is back',
  {
    kind: 1,
    before:
      'Every open run failed in the feed as soon as the other Temporal answered, and the worker polled its queue.',
    timeoutMs: 180_000,
  },
  async () => {
    const [dataDir, right, wrong] = (await Promise.all(['replaced', 'right', 'wrong'].map(folder))) as [
      string,
      string,
      string,
    ];
    const port = await freePort();
    const address = `127.0.0.1:${port}`;
    const env = { TEMPORAL_ADDRESS: address, BATON_RECONCILE_MS: '300', BATON_HTTP_PORT: '0', DRILL_DIR: dataDir };
    const first = await serverAt(port, right);
    const worker = spawned(['worker', MODULE], { dataDir, env });
    const gateway = spawned(['gateway', MODULE], { dataDir, env });
    await Promise.all([worker.until(/on queue/), gateway.until(/gateway {6}http/)]);
    const baton = await connect({ user: 'ann', app, address, dataDir });
    const run = await baton.start('runAgent', { agent: 'sleeper', input: {} });
    await eventsUntil(dataDir, ({ type }) => type === 'agent_started');
    await baton.close();

    await first.stop();
    const second = await serverAt(port, wrong);
    const upTo = await eventsUntil(dataDir, ({ type }) => word(type));
    expect(upTo.at(-1)).toMatchObject({ type: 'run_stalled', payload: { reason: 'unknown_to_temporal' } });
    expect(await worker.closed).toBe(1);
    expect(worker.output.stderr).toMatch(/log \S+ belongs to .* answers as .* correct TEMPORAL_ADDRESS/);
    // Beside the wrong one nothing comes after it, however often the gateway asks.
    await gateway.until(/belongs to Temporal's namespace/);

    await second.stop();
    await serverAt(port, right);
    const recovered = await eventsUntil(dataDir, ({ type }) => type === 'run_recovered' || type === 'run_failed');
    expect(recovered.at(-1)?.type).toBe('run_recovered');
    await spawned(['worker', MODULE], { dataDir, env }).until(/on queue/);
    await writeFile(join(dataDir, 'morning'), '');
    await using again = await connect({ user: 'ann', app, address, dataDir });
    expect(await again.run(run.runId, 'runAgent').result()).toMatchObject({ status: 'completed' });
    const words = (await eventsUntil(dataDir, ({ type }) => type === 'run_completed'))
      .map(({ type }) => type)
      .filter(word);
    expect(words.slice(0, 2)).toEqual(['run_stalled', 'run_recovered']);
    expect(words).not.toContain('run_failed');
    return `The feed says ${words.join(', ')}; the worker ends with exit code 1 and the gateway stays up.`;
  },
);

faultTest(
  'baton dev talks to no server but its own, whoever has its port, and rebinds to its own emptied one',
  {
    kind: 1,
    before: 'The runs of a `baton dev` whose temporal.db was deleted failed without a word on stderr.',
    timeoutMs: 180_000,
  },
  async () => {
    const [dataDir, wrong] = (await Promise.all(['dev', 'wrong'].map(folder))) as [string, string];
    const env = { BATON_RECONCILE_MS: '300', BATON_HTTP_PORT: '0', DRILL_DIR: dataDir };
    const port = await freePort();
    const dev = spawned(['dev', MODULE, '--port', String(port)], { dataDir, env });
    await dev.until(/^running/m);
    const address = `127.0.0.1:${port}`;
    const baton = await connect({ user: 'ann', app, address, dataDir });
    const run = await baton.start('runAgent', { agent: 'sleeper', input: {} });
    await eventsUntil(dataDir, ({ type }) => type === 'agent_started');
    await baton.close();
    dev.child.kill('SIGTERM');
    await dev.closed;

    // Somebody else's server has the port that it had.
    const stranger = await serverAt(port, wrong);
    const again = spawned(['dev', MODULE], { dataDir, env });
    await again.until(/^running/m);
    const [, own = ''] = /Temporal {5}(\S+)/.exec(again.output.stderr) ?? [];
    expect(own).not.toBe(address);
    await using here = await connect({ user: 'ann', app, address: own, dataDir });
    expect(await here.run(run.runId, 'runAgent').describe()).toMatchObject({ status: 'running' });
    again.child.kill('SIGTERM');
    await again.closed;
    await stranger.stop();

    for (const end of ['', '-wal', '-shm']) await rm(join(dataDir, `temporal.db${end}`), { force: true });
    const anew = spawned(['dev', MODULE], { dataDir, env });
    await anew.until(/^running/m);
    expect(anew.output.stderr).toMatch(
      /temporal\.db was emptied: the log is bound to the new one, 1 open runs are lost/,
    );
    const events = await eventsUntil(dataDir, ({ type }) => type === 'run_failed');
    expect(events.at(-1)?.payload).toMatchObject({ status: 'failed', reason: 'lost' });
    return 'With its port taken it starts its own server on another one and the run continues; with temporal.db deleted it says that 1 open run is lost.';
  },
);
