import type { SoakProcesses } from './soak-processes.ts';

export type Blows = {
  workerKills: number;
  gatewayRestarts: number;
  redisKills: number;
  /** Longest time that anything stays down, in milliseconds. */
  downMs: number;
  /** How long Redis stays down each time, in milliseconds. @default at random, up to `downMs` */
  redisDownMs?: number;
  say?: (line: string) => void;
};

type Harassed = {
  processes: SoakProcesses;
  random: () => number;
  /** Lets runs begin up to a share of all. */
  allow: (share: number) => void;
  /** Resolves once a share of all runs has ended. */
  reached: (share: number) => Promise<void>;
};

/** Kills and restarts everything in an order of the seed's, each while its share of the runs is under way. */
export async function harass(options: Blows, { processes, random, allow, reached }: Harassed) {
  const { workerKills, gatewayRestarts, redisKills, downMs, redisDownMs, say = () => undefined } = options;
  const kinds = { worker: workerKills, gateway: gatewayRestarts, redis: redisKills };
  const blows = Object.entries(kinds)
    .flatMap(([kind, count]) => Array.from({ length: count }, () => ({ kind, at: random() })))
    .toSorted((a, b) => a.at - b.at);
  for (const [n, { kind }] of blows.entries()) {
    allow((n + 1) / blows.length);
    await reached((n + 0.6 * random()) / blows.length);
    const some = Math.round(downMs * (0.3 + 0.7 * random()));
    const ms = kind === 'redis' ? (redisDownMs ?? some) : some;
    say(`${kind} down for ${ms} ms`);
    if (kind === 'worker') await processes.killWorker(random(), ms);
    else if (kind === 'gateway') await processes.restartGateway(ms);
    else await processes.killRedis(ms);
  }
}
