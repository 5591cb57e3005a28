/** Events closer together than this many milliseconds are one cluster. */
const CLUSTER_MS = 50;

/** Figures of one user's events, in the order of the feed. Times in milliseconds. */
export type EventTally = {
  total: number;
  first: number;
  last: number;
  minGap: number;
  maxGap: number;
  clusters: number;
  largestCluster: number;
  /** Events since the last gap that was no part of a cluster. */
  together: number;
};

export const NO_EVENTS: EventTally = {
  total: 0,
  first: 0,
  last: 0,
  minGap: 0,
  maxGap: 0,
  clusters: 0,
  largestCluster: 0,
  together: 0,
};

/** Counts one more event. One that was told late, by an earlier time than its predecessor's, has a gap of 0. */
export function countEvent(events: EventTally, at: number): EventTally {
  const { total, last, minGap, maxGap, clusters, largestCluster } = events;
  if (total === 0) return { ...NO_EVENTS, total: 1, first: at, last: at, together: 1 };
  const gap = Math.max(0, at - last);
  const together = gap < CLUSTER_MS ? events.together + 1 : 1;
  return {
    total: total + 1,
    first: events.first,
    last: last + gap,
    minGap: total === 1 ? gap : Math.min(minGap, gap),
    maxGap: Math.max(maxGap, gap),
    clusters: clusters + Number(together === 2),
    largestCluster: together > 1 ? Math.max(largestCluster, together) : largestCluster,
    together,
  };
}
