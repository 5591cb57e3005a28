import { BatonError } from '../contracts/baton-error.ts';

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * The moment that long ago.
 *
 * @throws BatonError `InvalidInput` that says what `--since` takes
 */
export function sinceOf(text: string): Date {
  const [, amount, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (!amount) throw new BatonError('InvalidInput', `--since ${text}: give a number and s, m, h or d, such as 90m`);
  return new Date(Date.now() - Number(amount) * (UNITS[unit] ?? 0));
}
