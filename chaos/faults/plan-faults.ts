import type { Seeded } from '../random.ts';
import type { Layout } from '../processes/stage.ts';

/** `redis`: a master with its replica behind one address. `sentinel`: the same, found by way of a sentinel. */
export type StoreKind = 'sqlite' | 'redis' | 'sentinel';

type Where = { layout: Layout; store: StoreKind; mayMount: boolean };
type Sort = { ms: [number, number]; where?: (place: Where) => boolean };

const inRoles = ({ layout }: Where) => layout === 'roles';
const inDev = ({ layout }: Where) => layout === 'dev';
const onRedis = ({ store }: Where) => store !== 'sqlite';
const onSqlite = ({ store }: Where) => store === 'sqlite';

const DOWN: [number, number] = [200, 4_000];
const FROZEN: [number, number] = [1_000, 12_000];
const AWAY: [number, number] = [1_000, 8_000];

/** What can be done, how long it lasts (shortest, longest, in milliseconds) and where it can be had. */
export const FAULTS = {
  'kill:worker': { ms: DOWN, where: inRoles },
  'kill:gateway': { ms: DOWN, where: inRoles },
  'kill:temporal': { ms: DOWN },
  'kill:redis': { ms: DOWN, where: onRedis },
  'kill:dev': { ms: DOWN, where: inDev },
  'kill:all': { ms: DOWN },
  'term:worker': { ms: DOWN, where: inRoles },
  'term:gateway': { ms: DOWN, where: inRoles },
  // That of `baton dev` is its own: told to end, it would be killed once more.
  'term:temporal': { ms: DOWN, where: inRoles },
  'term:redis': { ms: DOWN, where: onRedis },
  'term:dev': { ms: DOWN, where: inDev },
  'stop:worker': { ms: FROZEN, where: inRoles },
  'stop:gateway': { ms: FROZEN, where: inRoles },
  'stop:temporal': { ms: FROZEN },
  'stop:redis': { ms: FROZEN, where: onRedis },
  'stop:dev': { ms: FROZEN, where: inDev },
  'redis:failover': { ms: DOWN, where: onRedis },
  'redis:crash': { ms: AWAY, where: onRedis },
  // Sentinels would bring the replica back to its master at once.
  'redis:behind': { ms: AWAY, where: ({ store }) => store === 'redis' },
  'redis:readonly': { ms: AWAY, where: onRedis },
  'redis:oom': { ms: AWAY, where: onRedis },
  'redis:empty': { ms: DOWN, where: onRedis },
  'disk:full': { ms: AWAY, where: ({ store, mayMount }) => store === 'sqlite' && mayMount },
  'log:truncate': { ms: DOWN, where: onSqlite },
  'log:corrupt': { ms: DOWN, where: onSqlite },
  'log:replace': { ms: AWAY, where: onSqlite },
  'log:swap': { ms: AWAY, where: onSqlite },
  'temporal:foreign': { ms: FROZEN, where: inRoles },
  'temporal:empty': { ms: DOWN },
  'net:clients': { ms: DOWN },
  'net:temporal': { ms: AWAY, where: inRoles },
  'net:redis': { ms: AWAY, where: ({ store }) => store === 'redis' },
  'net:slow': { ms: AWAY },
} as const satisfies Record<string, Sort>;
export type Fault = keyof typeof FAULTS;

/** Faults after which something is lost for good, as documented: had only where they are asked for, or once at the end. */
export const LOSING: readonly Fault[] = [
  'redis:behind',
  'redis:empty',
  'log:truncate',
  'log:corrupt',
  'log:replace',
  'log:swap',
  'temporal:empty',
];

export type PlannedFault = {
  n: number;
  /** After the beginning of the load, in milliseconds; later where the fault before took longer. */
  at: number;
  fault: Fault;
  /** How long what was broken stays so, in milliseconds. */
  ms: number;
  /** Which of several: from 0 to below 1. */
  which: number;
};

export type FaultOptions = Where & {
  random: Seeded;
  ms: number;
  /** From the beginning of one fault to that of the next, on average, in milliseconds. */
  everyMs: number;
  /** Faults, or sorts of them, to be had alone; all that are possible if empty. */
  only: string[];
  /** Longest time that a fault lasts, in milliseconds. */
  mostMs?: number;
  /** How long each fault lasts, in milliseconds, where that is to be the same. */
  lastMs?: number;
};

const sortOf = (fault: Fault): Sort => FAULTS[fault];

/**
 * The faults of a campaign: each possible one before any comes again. What loses something for good has its turns in the
 * second half, so that the first one shows what must hold without any excuse. A pure function of its arguments.
 */
export function planFaults({
  random,
  only,
  everyMs,
  ms,
  mostMs = 30_000,
  lastMs,
  ...place
}: FaultOptions): PlannedFault[] {
  const names = Object.keys(FAULTS) as Fault[];
  const isWished = (fault: Fault) => only.length === 0 || only.some((each) => `${fault}:`.startsWith(`${each}:`));
  const possible = names.filter((fault) => isWished(fault) && (sortOf(fault).where?.(place) ?? true));
  const harmless = possible.filter((fault) => !LOSING.includes(fault));
  const count = possible.length === 0 ? 0 : Math.max(1, Math.floor(ms / everyMs));
  let deck: Fault[] = [];
  return Array.from({ length: count }, (_, n) => {
    const from = harmless.length > 0 && n < count / 2 ? harmless : possible;
    if (deck.length === 0 || (from === possible && n - 1 < count / 2)) deck = [...from];
    const [fault] = deck.splice(Math.floor(random.next() * deck.length), 1) as [Fault];
    const at = Math.round((n + 0.2 + 0.6 * random.next()) * everyMs);
    const [least, most] = sortOf(fault).ms;
    const drawn = Math.min(mostMs, random.int(least, most));
    return { n, at, fault, ms: lastMs ?? drawn, which: random.next() };
  });
}
