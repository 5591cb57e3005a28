import { Redis } from 'ioredis';
import { startPayers } from './payer-app.ts';
import { startRedisServer } from './redis-server.ts';

/** Agents that pay, whose log and ledger are in a Redis of their own; `admin` is a way to it past them. */
export async function startRedisPayers() {
  const server = await startRedisServer();
  const admin = new Redis(server.url);
  // It is killed as well.
  admin.on('error', () => undefined);
  const payers = await startPayers({ url: server.url });
  const at = await payers.open();
  return {
    server,
    admin,
    payers,
    at,
    async stop() {
      await at.close();
      await payers.remove();
      admin.disconnect();
      await server.stop();
    },
  };
}

export type RedisPayers = Awaited<ReturnType<typeof startRedisPayers>>;
