import { BatonError } from '../contracts/baton-error.ts';
import { durationOf } from './parse-option.ts';

/** Nothing is kept for longer, in days. */
const MAX_DAYS = 3_650;

/**
 * The moment that long ago.
 *
 * @throws BatonError `InvalidInput` that says what `--since` takes
 */
export function sinceOf(text: string): Date {
  const ms = durationOf(text, MAX_DAYS);
  if (ms !== undefined) return new Date(Date.now() - ms);
  const takes = `give a number and s, m, h or d, such as 90m, of at most ${MAX_DAYS}d`;
  throw new BatonError('InvalidInput', `--since ${text}: ${takes}`);
}
