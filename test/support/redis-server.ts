import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../chaos/processes/free-ports.ts';
import { until } from './until.ts';

function isThere(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

/** Installs `redis-server` where it is missing and may be installed. */
export function ensureRedis(): void {
  if (isThere()) return;
  const command = 'apt-get update && apt-get install -y --no-install-recommends redis-server';
  if (process.getuid?.() === 0) spawnSync('sh', ['-c', command], { stdio: 'ignore' });
  if (!isThere()) throw new Error(`the tests of the Redis log need redis-server: run "sudo sh -c '${command}'"`);
}

async function untilReady(port: number): Promise<void> {
  const probe = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null });
  probe.on('error', () => undefined);
  await until(async () => /^loading:0/m.test(await probe.info('persistence').catch(() => '')));
  probe.disconnect();
}

/** A Redis of the test's own: own port, own folder, every write on disk before it is acknowledged unless told otherwise. */
export async function startRedisServer({ appendfsync = 'always' }: { appendfsync?: 'always' | 'everysec' } = {}) {
  ensureRedis();
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'baton-redis-'));
  let server: ChildProcess;

  async function start() {
    const options = { port, dir, bind: '127.0.0.1', save: '', appendonly: 'yes', appendfsync };
    const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    server = spawn('redis-server', flags, { stdio: 'ignore' });
    await untilReady(port);
  }

  async function end(signal: NodeJS.Signals) {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    /** Where it keeps every write. */
    dir,
    start,
    /** As if the machine's memory ran out: nothing is written any more. */
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM');
      await rm(dir, { recursive: true, force: true });
    },
  };
}
