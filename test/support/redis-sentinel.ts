import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../chaos/processes/free-ports.ts';
import { startRedisServer } from './redis-server.ts';
import { until } from './until.ts';

const NAME = 'log';

/** A master and a replica that ask for a password, watched over by one sentinel that asks for another. */
export async function startRedisSentinel() {
  const [master, replica] = await Promise.all([startRedisServer(), startRedisServer()]);
  const [from, to] = [new Redis(master.url), new Redis(replica.url)];
  const { port } = new URL(master.url);
  for (const one of [from, to]) {
    await one.config('SET', 'requirepass', 'pw');
    await one.auth('pw');
    await one.config('SET', 'masterauth', 'pw');
    await one.config('SET', 'repl-diskless-sync-delay', '0');
  }
  await to.replicaof('127.0.0.1', port);
  await until(async () => /master_link_status:up/.test(await to.info('replication')));
  for (const one of [from, to]) one.disconnect();
  const dir = await mkdtemp(join(tmpdir(), 'baton-sentinel-'));
  const own = await freePort();
  const lines = [
    `port ${own}`,
    'bind 127.0.0.1',
    'requirepass watch',
    `sentinel monitor ${NAME} 127.0.0.1 ${port} 1`,
    `sentinel auth-pass ${NAME} pw`,
    `sentinel down-after-milliseconds ${NAME} 1000`,
    `sentinel failover-timeout ${NAME} 5000`,
  ];
  await writeFile(join(dir, 'sentinel.conf'), `${lines.join('\n')}\n`);
  const sentinel = spawn('redis-server', [join(dir, 'sentinel.conf'), '--sentinel'], { stdio: 'ignore' });
  const exited = once(sentinel, 'exit');
  const ask = new Redis(own, '127.0.0.1', { password: 'watch', retryStrategy: () => 20, maxRetriesPerRequest: null });
  ask.on('error', () => undefined);
  const masterPort = async () => ((await ask.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)) as string[])[1];
  const replicas = async () => ((await ask.call('SENTINEL', 'REPLICAS', NAME)) as unknown[]).length;
  await until(replicas);
  return {
    /** With a first sentinel at which nothing listens. */
    url: `redis://:pw@127.0.0.1:1,127.0.0.1:${own}?sentinel=${NAME}&sentinel_password=watch`,
    /** Kills the master; resolves once the sentinel has made the replica one. */
    async failOver() {
      await master.kill();
      await until(masterPort, (now) => now !== port);
    },
    async stop() {
      ask.disconnect();
      sentinel.kill();
      await exited;
      await Promise.all([master.stop(), replica.stop()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}
