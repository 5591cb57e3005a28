import type { Seeded } from '../random.ts';
import type { Layout } from '../processes/stage.ts';

export type StoreKind = 'sqlite' | 'redis';

/** What can be done, and to whom: `kill:worker`, `stop:temporal`, … In the order of the documentation. */
export const FAULTS = [
  'kill:worker',
  'kill:gateway',
  'kill:temporal',
  'kill:dev',
  'kill:all',
  'term:worker',
  'term:gateway',
  'term:temporal',
  'term:dev',
  'stop:worker',
  'stop:gateway',
  'stop:temporal',
  'stop:dev',
] as const;
export type Fault = (typeof FAULTS)[number];

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

const ROLES_ONLY = /:(worker|gateway)$/;

/** Whether the fault can be had where the product runs like this. */
export function isPossible(fault: Fault, { layout }: { layout: Layout; store: StoreKind }): boolean {
  if (/:dev$/.test(fault)) return layout === 'dev';
  // `baton dev` starts its server itself: told to end, the server would only be started again by hand.
  if (fault === 'term:temporal') return layout === 'roles';
  return !ROLES_ONLY.test(fault) || layout === 'roles';
}

/** Longest and shortest time that each sort of fault lasts, in milliseconds. */
const LASTS: Record<string, [number, number]> = { kill: [200, 4_000], term: [200, 4_000], stop: [1_000, 12_000] };

export type FaultOptions = {
  random: Seeded;
  layout: Layout;
  store: StoreKind;
  ms: number;
  /** From the beginning of one fault to that of the next, on average, in milliseconds. */
  everyMs: number;
  /** Faults, or sorts of them, to be had alone; all that are possible if empty. */
  only: string[];
  /** Longest time that a fault lasts, in milliseconds. */
  mostMs?: number;
};

/** The faults of a campaign: each possible one at least once where there is time. A pure function of its arguments. */
export function planFaults({ random, only, everyMs, ms, mostMs = 30_000, ...where }: FaultOptions): PlannedFault[] {
  const isWished = (fault: Fault) =>
    only.length === 0 || only.some((each) => fault === each || fault.startsWith(`${each}:`));
  const possible = FAULTS.filter((fault) => isPossible(fault, where) && isWished(fault));
  const count = possible.length === 0 ? 0 : Math.max(1, Math.floor(ms / everyMs));
  const deck: Fault[] = [];
  return Array.from({ length: count }, (_, n) => {
    if (deck.length === 0) deck.push(...possible);
    const [fault] = deck.splice(Math.floor(random.next() * deck.length), 1) as [Fault];
    const [least, most] = LASTS[fault.split(':')[0] as string] ?? [500, 5_000];
    const at = Math.round((n + 0.2 + 0.6 * random.next()) * everyMs);
    return { n, at, fault, ms: Math.min(mostMs, random.int(least, most)), which: random.next() };
  });
}
