import { emptyFeed, foldFeed } from '../../feed/fold.ts';
import type { FoldedRun } from '../../feed/folded.ts';
import type { EventLog } from '../../notifier/event-log.ts';

const PAGE = 500;

/** Ended runs in a snapshot; older ones are had by their id. */
const ENDED_RUNS = 50;

/** The user's runs as they stand, folded from the log: what a reader gets whose cursor is of no use. */
export async function snapshot(
  log: EventLog,
  { userId, runId }: { userId: string; runId?: string },
): Promise<{ runs: FoldedRun[]; seq: number }> {
  const { head } = await log.head({ userId });
  let feed = emptyFeed();
  for (;;) {
    const page = await log.read({ userId, runId, after: feed.seq, limit: PAGE });
    for (const event of page) feed = foldFeed(feed, event);
    if (page.length < PAGE) break;
  }
  const recent = new Set(feed.runs.filter(({ ended_at }) => ended_at !== null).slice(-ENDED_RUNS));
  const runs = feed.runs.filter((run) => run.ended_at === null || recent.has(run));
  return { runs, seq: Math.max(head, feed.seq) };
}
