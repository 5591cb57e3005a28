import { z } from 'zod';

/** Longest key of a map that a caller gives, in characters. */
const MAX_KEY = 128;

type Bounds = {
  /** Most entries. */
  most: number;
  /** Most bytes of all of it as JSON. @default no bound of its own */
  bytes?: number;
};

const isMap = (given: unknown): given is object => typeof given === 'object' && given !== null;

function boundFault(given: object, { most, bytes }: Bounds): string | undefined {
  const keys = Object.keys(given);
  if (keys.length > most) return `has ${keys.length} entries; at most ${most} are taken`;
  const long = keys.find((key) => key.length > MAX_KEY);
  if (long !== undefined) return `has a name of ${long.length} characters; a name may have at most ${MAX_KEY}`;
  if (bytes === undefined) return undefined;
  const size = new TextEncoder().encode(JSON.stringify(given)).length;
  return size > bytes ? `has ${size} bytes; at most ${bytes} are taken` : undefined;
}

/**
 * A map of names to values, within bounds. They are checked before any entry is, which zod by itself does last: a map of
 * 60,000 wrong entries would cost as many faults.
 */
export function boundedMap<Value extends z.ZodType>(value: Value, bounds: Bounds) {
  const map = z.record(z.string().max(MAX_KEY), value).meta({ maxProperties: bounds.most });
  return z.preprocess((given, context) => {
    const fault = isMap(given) ? boundFault(given, bounds) : undefined;
    if (fault === undefined) return given;
    context.addIssue(fault);
    return z.NEVER;
  }, map);
}
