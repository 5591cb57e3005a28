import { setTimeout as wait } from 'node:timers/promises';
import { spawnBaton } from '../../cli/run-baton.ts';
import { startRedisServer } from '../redis-server.ts';
import { spawnSoakWorker } from '../spawn-worker.ts';

type Options = {
  address: string;
  taskQueue: string;
  codePath: string;
  dataDir: string;
  port: number;
  workers: number;
  env: Record<string, string>;
};

/** What the soak kills and starts again: workers, the gateway, Redis. */
export async function startSoakProcesses({ workers: count, port, dataDir, env, ...options }: Options) {
  const redis = await startRedisServer();
  const own = { ...options, storeUrl: redis.url, outboxDir: `${dataDir}/outbox` };
  const killed = { workers: 0, gateways: 0, redis: 0 };

  async function openGateway() {
    const gatewayEnv = {
      TEMPORAL_ADDRESS: options.address,
      BATON_LOG: redis.url,
      BATON_HTTP_PORT: String(port),
      BATON_RECONCILE_MS: '2000',
      ...env,
    };
    const gateway = spawnBaton(['gateway'], { dataDir, env: gatewayEnv });
    await gateway.until(/gateway {6}http/);
    return gateway;
  }
  const starting = openGateway();
  const workers = await Promise.all(Array.from({ length: count }, () => spawnSoakWorker(own)));
  let gateway = await starting;

  async function endGateway(signal: NodeJS.Signals) {
    gateway.child.kill(signal);
    await gateway.closed;
  }

  return {
    storeUrl: redis.url,
    killed,
    async killWorker(random: number, downMs: number) {
      const n = Math.floor(random * workers.length);
      await workers[n]?.kill();
      killed.workers += 1;
      await wait(downMs);
      workers[n] = await spawnSoakWorker(own);
    },
    /** Asked to stop and killed in turns: the one says goodbye, the other cannot. */
    async restartGateway(downMs: number) {
      await endGateway(killed.gateways % 2 ? 'SIGKILL' : 'SIGTERM');
      killed.gateways += 1;
      await wait(downMs);
      gateway = await openGateway();
    },
    async killRedis(downMs: number) {
      await redis.kill();
      killed.redis += 1;
      await wait(downMs);
      await redis.start();
    },
    async stop() {
      await Promise.all([endGateway('SIGTERM'), ...workers.map(({ kill }) => kill())]);
      await redis.stop();
    },
  };
}

export type SoakProcesses = Awaited<ReturnType<typeof startSoakProcesses>>;
