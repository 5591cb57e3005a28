import { msOf, type Timestamp } from './ms-of.ts';

/** A time of Temporal's as ISO 8601; null where there is none. */
export function isoOf(time: Timestamp): string | null {
  const ms = msOf(time);
  return ms ? new Date(ms).toISOString() : null;
}
