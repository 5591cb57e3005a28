import type { WorkflowBundleOption } from '@temporalio/worker';
import { compareFeeds } from './compare-feeds.ts';
import type { LineChange } from './diff-lines.ts';
import type { Divergence } from './explain-divergence.ts';
import type { FeedSkeleton } from './feed-skeleton.ts';
import { startOf, type HistoryJson } from './history-json.ts';
import { recomputedFeed } from './recomputed-feed.ts';
import { replayHistories, type NamedHistory, type ReplayedHistory } from './replay-histories.ts';

/** A history, with what its user saw where that is known; or why there is none. */
export type HistoryToCheck = (NamedHistory & { seen?: FeedSkeleton }) | { name: string; fault: string };

export type CheckedHistory = {
  name: string;
  workflow: string | null;
  workflow_id: string | null;
  /** Why there was nothing to replay. */
  fault: string | null;
  divergence: Divergence | null;
  /** Where its user would now see something else; null where that was not compared. */
  feed: LineChange[] | null;
};

/** How a workflow's own code ends it; what ends otherwise was cut off at any point of what its user saw. */
const OWN_END = /WORKFLOW_EXECUTION_(COMPLETED|FAILED|CANCELED|CONTINUED_AS_NEW)$/;

const isOpen = ({ events }: HistoryJson) => !OWN_END.test(events.at(-1)?.eventType ?? '');

function checked(replayed: ReplayedHistory, seen: FeedSkeleton | undefined): CheckedHistory {
  const { name, history, divergence = null } = replayed;
  const { workflowType, workflowId } = startOf(history);
  const comparable = seen && !divergence;
  const feed = comparable ? compareFeeds({ seen, now: recomputedFeed(replayed) }, { open: isOpen(history) }) : null;
  return { name, workflow: workflowType.name, workflow_id: workflowId, fault: null, divergence, feed };
}

/**
 * Replays histories on the code as it is, and compares what their users saw with what that code would show. The bundle
 * must be one of `bundleForReplay`. All are checked, whatever becomes of one.
 */
export async function checkHistories({
  workflowBundle,
  histories,
}: {
  workflowBundle: WorkflowBundleOption;
  histories: readonly HistoryToCheck[];
}): Promise<CheckedHistory[]> {
  const readable = histories.filter((one) => 'history' in one);
  const replayed = (await replayHistories({ workflowBundle, histories: readable })).values();
  return histories.map((one) => {
    if ('fault' in one) {
      return { ...one, workflow: null, workflow_id: null, divergence: null, feed: null };
    }
    return checked(replayed.next().value as ReplayedHistory, one.seen);
  });
}

/** Whether nothing is wrong with it. */
export function isGood({ fault, divergence, feed }: CheckedHistory): boolean {
  return fault === null && divergence === null && (feed === null || feed.length === 0);
}
