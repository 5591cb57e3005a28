export type Timestamp = { seconds?: { toNumber(): number } | number | null; nanos?: number | null } | null | undefined;

/** A time or duration of Temporal's in milliseconds; undefined where there is none. */
export function msOf(time: Timestamp): number | undefined {
  if (!time) return undefined;
  const seconds = typeof time.seconds === 'object' ? time.seconds?.toNumber() : time.seconds;
  return (seconds ?? 0) * 1_000 + (time.nanos ?? 0) / 1e6;
}
