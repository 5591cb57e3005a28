import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePorts } from '../../chaos/processes/free-ports.ts';
import { until } from './until.ts';

const SLOTS = 16_384;

async function startNode(dir: string) {
  const [port = 0, busPort = 0] = await freePorts(2);
  const options = {
    port,
    dir,
    'cluster-enabled': 'yes',
    'cluster-port': busPort,
    'cluster-config-file': `nodes-${port}.conf`,
    bind: '127.0.0.1',
    save: '',
    appendonly: 'no',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn('redis-server', flags, { stdio: 'ignore' });
  const exited = once(server, 'exit');
  const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  await redis.ping();
  async function stop() {
    redis.disconnect();
    server.kill();
    await exited;
  }
  return { port, busPort, redis, stop };
}

/** Three Redis nodes without replicas that share the hash slots: small, but keys do lie on different nodes. */
export async function startRedisCluster() {
  const dir = await mkdtemp(join(tmpdir(), 'baton-cluster-'));
  const nodes = await Promise.all([1, 2, 3].map(() => startNode(dir)));
  const [first] = nodes;
  const share = Math.ceil(SLOTS / nodes.length);
  for (const [n, { redis, port, busPort }] of nodes.entries()) {
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', n * share, Math.min((n + 1) * share, SLOTS) - 1);
    await first?.redis.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort);
  }
  const isWhole = async ({ redis }: (typeof nodes)[number]) => {
    const info = String(await redis.call('CLUSTER', 'INFO'));
    return /cluster_state:ok/.test(info) && info.includes(`cluster_slots_assigned:${SLOTS}`);
  };
  for (const node of nodes) await until(() => isWhole(node));
  return {
    url: `redis://127.0.0.1:${first?.port}?cluster`,
    /** How many keys each node holds. */
    sizes: () => Promise.all(nodes.map(({ redis }) => redis.dbsize())),
    async stop() {
      await Promise.all(nodes.map(({ stop }) => stop()));
      await rm(dir, { recursive: true, force: true });
    },
  };
}
