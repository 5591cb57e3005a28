import { setTimeout as wait } from 'node:timers/promises';
import type { Proxy } from '../processes/proxy.ts';
import type { Injections, World } from './world.ts';

/** Networks that are cut or fall silent, and a disk without room. */
export function injectNet({
  stage,
  pauseReaders,
}: World & { pauseReaders: (ms: number) => Promise<string> }): Injections {
  const { toGateway, toTemporal, redis, disk } = stage;

  async function silence(network: Proxy, ms: number) {
    network.fallSilent();
    await wait(ms);
    network.speakAgain();
  }

  return {
    async 'net:clients'({ ms }) {
      toGateway.shut();
      await wait(ms);
      toGateway.open();
    },
    'net:slow': ({ ms }) => pauseReaders(ms),
    ...(toTemporal && { 'net:temporal': ({ ms }) => silence(toTemporal, ms) }),
    ...(redis?.proxy && { 'net:redis': ({ ms }) => silence(redis.proxy as Proxy, ms) }),
    ...(disk && {
      async 'disk:full'({ ms }) {
        disk.fill();
        await wait(ms);
        disk.empty();
      },
    }),
  };
}
