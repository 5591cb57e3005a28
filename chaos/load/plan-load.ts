import type { Seeded } from '../random.ts';

export const KINDS = ['walk', 'fan', 'stumble', 'buy', 'buyBlind', 'trip', 'basket'] as const;
export type Kind = (typeof KINDS)[number];

/** One run, when it is asked for and what its user does meanwhile. Times in milliseconds. */
export type PlannedRun = {
  run: string;
  user: string;
  /** After the beginning of the load. */
  at: number;
  kind: Kind;
  item: string;
  thoughts: number;
  pace: number;
  stumbles: number;
  /** What its user answers, where it asks. */
  answer: 'approve' | 'reject' | null;
  /** Ends with a step that fails, so that all before is undone. */
  breaks: boolean;
  /** After the run was accepted. */
  cancelAfter: number | null;
  terminateAfter: number | null;
  pause: { after: number; ms: number } | null;
  /** Asked for its state so long after it was accepted. */
  looks: number[];
};

export type LoadOptions = { random: Seeded; users: number; ms: number; perMinute: number };

function oneRun(random: Seeded, n: number, user: string, at: number): PlannedRun {
  const kind = random.pick(['walk', 'walk', 'fan', 'stumble', 'buy', 'buyBlind', 'trip', 'trip', 'basket'] as const);
  const isLong = random.chance(0.15);
  const thoughts = isLong ? random.int(8, 20) : random.int(1, 4);
  const pace = isLong ? random.int(300, 600) : random.int(10, 120);
  const mayBreak = kind === 'trip' || kind === 'basket';
  const asks = kind === 'trip' && random.chance(0.6);
  // Runs that are stopped from outside are long enough to be met at work, mostly.
  const stops = random.next();
  const after = random.int(100, 2_500);
  return {
    run: `run-${n}`,
    user,
    at: Math.round(at),
    kind,
    item: `item-${random.int(1, 9)}`,
    thoughts,
    pace,
    stumbles: kind === 'stumble' || kind === 'basket' ? random.int(0, 2) : 0,
    answer: asks ? (random.chance(0.75) ? 'approve' : 'reject') : null,
    breaks: mayBreak && random.chance(0.3),
    cancelAfter: stops < 0.12 ? after : null,
    terminateAfter: stops >= 0.12 && stops < 0.16 ? after : null,
    pause: random.chance(0.06) ? { after: random.int(50, 800), ms: random.int(300, 2_000) } : null,
    looks: random.chance(0.4) ? [random.int(50, 2_000), random.int(2_000, 8_000)] : [],
  };
}

/**
 * The runs of a campaign: two users come steadily, the others at random, and some in bursts. A pure function of its
 * arguments.
 */
export function planLoad({ random, users, ms, perMinute }: LoadOptions): PlannedRun[] {
  const names = Array.from({ length: users }, (_, n) => `user-${n + 1}`);
  const total = Math.max(1, Math.round((perMinute * ms) / 60_000));
  const when: { user: string; at: number }[] = [];
  const steady = names.slice(0, 2);
  const each = Math.max(1, Math.round(total / 4 / steady.length));
  for (const user of steady)
    for (let k = 0; k < each; k += 1) when.push({ user, at: ((k + 0.5 * random.next()) * ms) / each });
  while (when.length < total) {
    const user = random.pick(names.slice(2));
    const at = random.next() * ms;
    const size = random.chance(0.12) ? random.int(4, 8) : 1;
    for (let k = 0; k < size; k += 1) when.push({ user, at: at + k * 15 });
  }
  return when.toSorted((a, b) => a.at - b.at).map(({ user, at }, n) => oneRun(random, n + 1, user, at));
}
