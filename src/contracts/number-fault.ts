/** Longest duration that anybody may give, in milliseconds: longer than any run, and what Temporal's timers still take. */
export const MAX_DURATION_MS = 366 * 24 * 3_600_000;

/** Longest wait of a process for something that should take seconds, in milliseconds. */
export const MAX_WAIT_MS = 24 * 3_600_000;

/** Most attempts of an agent. */
export const MAX_ATTEMPTS = 1_000;

type Range = {
  /** The least that is taken. @default above 0 */
  least?: number;
  most: number;
  /** Whether only whole numbers are taken. @default false */
  whole?: boolean;
  /** What it counts, such as `milliseconds`. */
  of?: string;
};

const DAY_MS = 24 * 3_600_000;

function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** What is wrong with a number, in words that follow its name; undefined if nothing is. */
export function numberFault(value: unknown, { least, most, whole = false, of }: Range): string | undefined {
  const fits = typeof value === 'number' && (whole ? Number.isSafeInteger(value) : Number.isFinite(value));
  if (fits && value <= most && (least === undefined ? value > 0 : value >= least)) return undefined;
  const kind = `${whole ? 'a whole number' : 'a number'}${of ? ` of ${of}` : ''}`;
  const from = least === undefined ? 'above 0' : `of at least ${least}`;
  const days = of === 'milliseconds' && most % DAY_MS === 0 ? ` (${most / DAY_MS} days)` : '';
  return `must be ${kind} ${from} and at most ${most}${days}, not ${shown(value)}`;
}

/** What is wrong with a duration; parts of a millisecond are rounded up. */
export function durationFault(value: unknown, { least, most = MAX_DURATION_MS }: Partial<Range> = {}) {
  return numberFault(value, { least, most, of: 'milliseconds' });
}

/** What is wrong with a number of things. */
export function countFault(value: unknown, most: number): string | undefined {
  return numberFault(value, { least: 1, most, whole: true });
}

/**
 * Refuses what somebody gave, by its name and what is wrong with it.
 *
 * @throws TypeError naming the first that is wrong, with what it must be
 */
export function checkGiven(whose: string, faults: Record<string, string | undefined>): void {
  for (const [name, fault] of Object.entries(faults)) if (fault) throw new TypeError(`${whose}${name} ${fault}`);
}

/** A fault of what was given; none where nothing was. */
export function ifGiven<T>(value: T | undefined, faultOf: (value: T) => string | undefined): string | undefined {
  return value === undefined ? undefined : faultOf(value);
}
