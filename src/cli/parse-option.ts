import { InvalidArgumentError } from 'commander';

/** Largest number of an option: above it nothing is counted exactly any more. */
const MOST = 1e15;

/** Most of a list that is counted out on a terminal. */
const MAX_COUNT = 100_000;

const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration such as `90m` in milliseconds; undefined where it is none, or longer than `maxDays`. */
export function durationOf(text: string, maxDays: number): number | undefined {
  const [, count, unit = ''] = /^([1-9]\d{0,9})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * (UNIT_MS[unit] ?? 0);
  return count !== undefined && ms <= maxDays * 86_400_000 ? ms : undefined;
}

/** Parses an option's value as a number above 0, as digits. */
export function parsePositive(text: string): number {
  const value = /^\d+(\.\d+)?(e\d{1,2})?$/i.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(value > 0 && value <= MOST)) throw new InvalidArgumentError(`Give a number above 0, at most ${MOST}.`);
  return value;
}

function parseWhole(text: string, most: number): number {
  const value = parsePositive(text);
  if (Number.isInteger(value) && value <= most) return value;
  throw new InvalidArgumentError(`Give a whole number from 1 to ${most}.`);
}

/** Parses an option's value as a whole number from 1 to 100,000. */
export const parseCount = (text: string): number => parseWhole(text, MAX_COUNT);

/** Parses `k=v,k=v` with numbers as values; may be given several times. */
export function parseNumbers(text: string, previous: Record<string, number> = {}): Record<string, number> {
  const pairs = text.split(',').map((pair) => {
    const [, key, value] = /^\s*([^=\s]+)\s*=\s*(\S+)\s*$/.exec(pair) ?? [];
    if (key === undefined || !Number.isFinite(Number(value))) {
      throw new InvalidArgumentError(`"${pair}" is not NAME=NUMBER.`);
    }
    return [key, Number(value)] as const;
  });
  return { ...previous, ...Object.fromEntries(pairs) };
}
