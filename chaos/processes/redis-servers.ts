import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePorts } from './free-ports.ts';
import { createProcess, type OwnProcess, type ProcessOptions } from './process.ts';
import { startProxy } from './proxy.ts';

/** The name by which sentinels know the master. */
const NAME = 'baton';
/** A port on which nobody is: who follows it keeps what it has and hears nothing new. */
export const NOBODY = 1;
/** After so long without an answer sentinels take the master for lost, in milliseconds. */
const DOWN_AFTER_MS = 1_500;

type Options = Pick<ProcessOptions, 'onUnexpectedEnd'> & {
  folder: string;
  /** `redis`: one address, behind which the master changes. `sentinel`: sentinels say where it is. */
  store: 'redis' | 'sentinel';
};

export type Node = OwnProcess & { port: number; dir: string };

/** Asks a server something, over a connection of its own. */
export async function askRedis<T>(port: number, ask: (redis: Redis) => Promise<T>): Promise<T> {
  const options = { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0, commandTimeout: 5_000 };
  const redis = new Redis(port, '127.0.0.1', options);
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}

const isLoaded = (port: number) =>
  askRedis(port, async (redis) => /^loading:0/m.test(await redis.info('persistence'))).catch(() => false);

const flags = (options: Record<string, string>) =>
  Object.entries(options).flatMap(([key, value]) => [`--${key}`, value]);

/** A master with its replica, every write on disk before it is acknowledged, and what finds the master. */
export async function createRedisServers({ folder, store, onUnexpectedEnd }: Options) {
  const [first = 0, second = 0, sentinelPort = 0, copyPort = 0] = await freePorts(4);

  function node(name: string, port: number, dir: string): Node {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const own = { port: String(port), dir, bind: '127.0.0.1', save: '', appendonly: 'yes', appendfsync: 'always' };
    const quick = { 'repl-diskless-sync-delay': '0', 'repl-timeout': '10' };
    const args = flags({ ...own, ...quick });
    const command = { command: 'redis-server', args, isReady: () => isLoaded(port) };
    return { ...createProcess({ name, ...command, onUnexpectedEnd }), port, dir };
  }
  const nodes = [
    node('redis-1', first, join(folder, 'redis-1')),
    node('redis-2', second, join(folder, 'redis-2')),
  ] as const;
  const proxy = store === 'redis' ? await startProxy({ port: first }) : undefined;
  const sentinelFile = join(folder, 'sentinel.conf');
  const sentinel = createProcess({
    name: 'sentinel',
    command: 'redis-server',
    args: [sentinelFile, '--sentinel'],
    isReady: () => askRedis(sentinelPort, async (redis) => (await redis.ping()) === 'PONG').catch(() => false),
    onUnexpectedEnd,
  });
  let master: Node = nodes[0];
  const other = () => (master === nodes[0] ? nodes[1] : nodes[0]);
  const follow = (replica: Node) =>
    askRedis(replica.port, (redis) => redis.replicaof('127.0.0.1', master.port)).catch(() => undefined);

  async function until(what: string, holds: () => Promise<boolean>, limitMs = 30_000) {
    const giveUpAt = performance.now() + limitMs;
    while (!(await holds().catch(() => false))) {
      if (performance.now() > giveUpAt) throw new Error(`redis: not after ${limitMs} ms: ${what}`);
      await wait(50);
    }
  }
  const inSync = () =>
    askRedis(other().port, async (redis) => /master_link_status:up/.test(await redis.info('replication')));

  /** Whom the sentinels take for the master. */
  async function named(): Promise<Node> {
    const [, port] = await askRedis(
      sentinelPort,
      (redis) => redis.call('SENTINEL', 'get-master-addr-by-name', NAME) as Promise<[string, string]>,
    );
    return Number(port) === nodes[0].port ? nodes[0] : nodes[1];
  }

  return {
    store,
    url: store === 'redis' ? `redis://127.0.0.1:${proxy?.port}` : `redis://127.0.0.1:${sentinelPort}?sentinel=${NAME}`,
    proxy,
    nodes,
    sentinel: store === 'sentinel' ? sentinel : undefined,
    master: () => master,
    replica: other,
    async start() {
      await Promise.all(nodes.map((each) => each.start()));
      await follow(other());
      await until('the replica follows', inSync);
      if (store === 'redis') return;
      const lines = [
        `port ${sentinelPort}`,
        'bind 127.0.0.1',
        `dir ${folder}`,
        `sentinel monitor ${NAME} 127.0.0.1 ${master.port} 1`,
        `sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}`,
        `sentinel failover-timeout ${NAME} 5000`,
      ];
      writeFileSync(sentinelFile, `${lines.join('\n')}\n`, { mode: 0o600 });
      await sentinel.start();
      await until('the sentinel knows the replica', () =>
        askRedis(
          sentinelPort,
          async (redis) => ((await redis.call('SENTINEL', 'replicas', NAME)) as unknown[]).length > 0,
        ),
      );
    },
    /** The replica has all and becomes the master; the old one stays up and takes no writes, as connections to it find. */
    async handOver() {
      if (store === 'sentinel') {
        // It refuses for some seconds after it saw the replica.
        const asked = () => askRedis(sentinelPort, (redis) => redis.call('SENTINEL', 'FAILOVER', NAME));
        await until('the sentinel hands over', async () => (await asked()) === 'OK');
      } else await askRedis(master.port, (redis) => redis.call('FAILOVER', 'TO', '127.0.0.1', String(other().port)));
      const next = other();
      await until('the replica is the master', () =>
        askRedis(next.port, async (redis) => /role:master/.test(await redis.info('replication'))),
      );
      master = next;
      proxy?.turn({ port: master.port });
      await follow(other());
      await until('the replica follows', inSync);
    },
    /** The replica hears no more of what is written. */
    async leaveBehind() {
      await askRedis(other().port, (redis) => redis.replicaof('127.0.0.1', NOBODY));
    },
    /** Makes the replica the master, whatever it has. The old master must be down. */
    async promote() {
      const next = other();
      if (store === 'sentinel') {
        await until('the sentinels agree', async () => (await named()) === next, 60_000);
      } else {
        await askRedis(next.port, (redis) => redis.replicaof('NO', 'ONE'));
        proxy?.turn({ port: next.port });
      }
      master = next;
    },
    /** Starts the one that is down, and lets it follow the master. */
    async rejoin() {
      await other().start();
      await follow(other());
      await until('the replica follows', inSync, 60_000);
    },
    /** Sentinels may have chosen another master at any time. */
    async lookWhoIsMaster() {
      if (store === 'sentinel') master = await named();
    },
    /**
     * Both are up again: finds out who is the master, and waits until the other follows. Without that a second failover
     * would be to one that has heard nothing since the first.
     */
    async settle() {
      if (store === 'sentinel') {
        // A sentinel that was about to choose the other one may still do so.
        await wait(2 * DOWN_AFTER_MS);
        master = await named();
      }
      // Whom it follows it forgets with its end; a sentinel would remind it, some ten seconds later.
      await follow(other());
      await until('the replica follows', inSync, 60_000);
    },
    /** Runs something on a copy of what a node that is down has on its disk. */
    async onCopyOf<T>({ dir }: Node, work: (port: number) => Promise<T>): Promise<T> {
      const copy = node('redis-copy', copyPort, join(folder, 'redis-copy'));
      cpSync(dir, copy.dir, { recursive: true });
      try {
        await copy.start();
        return await work(copyPort);
      } finally {
        await copy.end('SIGKILL');
        rmSync(copy.dir, { recursive: true, force: true });
      }
    },
    async stop() {
      for (const each of [...nodes, sentinel]) {
        each.thaw();
        await each.end('SIGKILL');
      }
      await proxy?.stop();
    },
  };
}

export type RedisServers = Awaited<ReturnType<typeof createRedisServers>>;
