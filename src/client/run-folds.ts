import { setImmediate as nextTurn } from 'node:timers/promises';
import { emptyFeed, foldFeed } from '../feed/fold.ts';
import type { FoldedFeed, FoldedRun } from '../feed/folded.ts';
import type { EventLog, FeedPosition } from '../notifier/event-log.ts';
import { createKept } from './kept.ts';

/** Events read and folded before others have their turn. */
const PAGE = 500;

/** Thoughts and calls in all folds that are kept together; see `weightOf`. */
const MAX_ITEMS = 50_000;

/** How much memory a folded run takes, in thoughts: one is at most 2,000 characters, mostly 100. */
export function weightOf(feed: FoldedFeed | undefined): number {
  const agents = feed?.runs[0]?.agents ?? [];
  return agents.reduce((sum, { thoughts, tools }) => sum + 5 + thoughts.length + tools.length, 1);
}

type Fold = {
  epoch: string;
  feed: FoldedFeed;
  /** Sequence of the run's first event; 0 before it. */
  first: number;
  /** Everything of the run up to this sequence is folded. */
  seen: number;
};

/** Whether a fold is still what the log would give: of the same log, of which nothing that it holds has been lost. */
function fits({ epoch, seen, first }: Fold, position: FeedPosition): boolean {
  return epoch === position.epoch && seen <= position.head && (first === 0 || first >= position.earliest);
}

/**
 * Folds runs from the log and keeps what was folded, so that a run of any length costs its new events only. A fold of
 * another epoch, or one that holds events which have left the log, is made anew.
 *
 * @throws whatever the log throws
 */
export function createRunFolds(log: Pick<EventLog, 'head' | 'read'>) {
  const current = createKept<Fold>({
    maxWeight: MAX_ITEMS,
    weigh: ({ feed }) => weightOf(feed),
    async update(key, kept) {
      const [userId, runId] = JSON.parse(key) as [string, string];
      const position = await log.head({ userId });
      const fold = kept && fits(kept, position) ? kept : { first: 0, seen: 0, feed: emptyFeed() };
      let { first, seen, feed } = fold;
      while (seen < position.head) {
        const page = await log.read({ userId, runId, after: seen, limit: PAGE });
        first ||= page[0]?.seq ?? 0;
        for (const event of page) feed = foldFeed(feed, event);
        seen = page.length < PAGE ? Math.max(position.head, feed.seq) : feed.seq;
        if (page.length === PAGE) await nextTurn();
      }
      return { epoch: position.epoch, first, seen, feed };
    },
  });

  /** The run as its events tell, and up to which sequence; without a run before its first event. */
  return async function foldOf(where: {
    userId: string;
    runId: string;
  }): Promise<{ run: FoldedRun | undefined; seq: number }> {
    const { feed, seen } = await current(JSON.stringify([where.userId, where.runId]));
    return { run: feed.runs[0], seq: seen };
  };
}

export type RunFolds = ReturnType<typeof createRunFolds>;
