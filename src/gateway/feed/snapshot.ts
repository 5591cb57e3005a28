import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BatonEvent } from '../../contracts/event.ts';
import { emptyFeed, foldFeed } from '../../feed/fold.ts';
import type { FoldedFeed, FoldedRun } from '../../feed/folded.ts';
import type { EventLog } from '../../notifier/event-log.ts';
import { createKept } from '../../client/kept.ts';
import { boundedAgents } from '../runs/bounded-agents.ts';
import { weightOf, type RunFolds } from '../../client/run-folds.ts';

/** Events read and folded before others have their turn. */
const PAGE = 500;

/** Ended runs in a snapshot; older ones are had by their id. */
const ENDED_RUNS = 50;

/** Bytes of all thoughts and calls in a snapshot. */
const MAX_BYTES = 1_000_000;

/** Thoughts and calls that are kept of all users together; see `weightOf`. */
const MAX_ITEMS = 50_000;

/** What readers whose cursors are of no use get: runs as JSON, and the sequence up to which they are folded. */
export type Snapshot = { json: string; seq: number };

/** A run as far as it is folded; of an ended one that no snapshot shows any more, only that it was. */
type Known = { feed: FoldedFeed | undefined; runId: string; first: number };

type UserFold = { epoch: string; earliest: number; seq: number; runs: Map<string, Known>; snapshot?: Snapshot };

function snapshotOf(runs: readonly FoldedRun[], seq: number): Snapshot {
  const bytes = MAX_BYTES / Math.max(1, runs.length);
  return { json: JSON.stringify(runs.map((run) => ({ ...run, agents: boundedAgents(run.agents, bytes) }))), seq };
}

/**
 * Makes the snapshots of all users' feeds. Each user's events are folded once, whatever the number of streams and of
 * their cursors, and what was folded is kept: the next snapshot costs the events since.
 *
 * @throws whatever the log throws
 */
export function createSnapshots(log: Pick<EventLog, 'head' | 'read'>, foldOf: RunFolds) {
  async function fold(userId: string, { runs }: UserFold, event: BatonEvent): Promise<void> {
    const known = runs.get(event.workflow_id);
    const before = known?.feed ?? { ...emptyFeed(), seq: event.seq - 1 };
    if (!known || known.feed) {
      const feed = foldFeed(before, event);
      runs.set(event.workflow_id, { feed, runId: event.run_id, first: known?.first ?? event.seq });
      return;
    }
    // It had ended long ago, and is heard of again.
    const { run, seq } = await foldOf({ userId, runId: known.runId });
    runs.set(event.workflow_id, { ...known, feed: { seq, runs: run ? [run] : [] } });
  }

  /** The user's open runs and the last that ended, by their first events; lets go of the others. */
  function shownOf({ runs }: UserFold): FoldedRun[] {
    const folded = [...runs.values()].filter(({ feed }) => feed?.runs[0]).toSorted((a, b) => a.first - b.first);
    const ended = folded.filter(({ feed }) => feed?.runs[0]?.ended_at !== null);
    for (const known of ended.slice(0, -ENDED_RUNS)) known.feed = undefined;
    return folded.flatMap(({ feed }) => feed?.runs[0] ?? []);
  }

  const current = createKept<UserFold>({
    maxWeight: MAX_ITEMS,
    weigh: ({ runs }) => [...runs.values()].reduce((sum, { feed }) => sum + weightOf(feed), 0),
    async update(userId, kept) {
      const { epoch, head, earliest } = await log.head({ userId });
      // What has left the log is not shown, also where it was folded before it left.
      const isCurrent = kept?.epoch === epoch && kept.earliest === earliest && kept.seq <= head;
      const state = isCurrent ? kept : { epoch, earliest, seq: 0, runs: new Map<string, Known>() };
      let { seq, snapshot } = state;
      while (seq < head) {
        const page = await log.read({ userId, after: seq, limit: PAGE });
        for (const event of page) await fold(userId, state, event);
        seq = page.at(-1)?.seq ?? head;
        snapshot = undefined;
        // Else the runs of a long feed would all be held until its end.
        shownOf(state);
        await nextTurn();
      }
      return { ...state, seq, snapshot: snapshot ?? snapshotOf(shownOf(state), seq) };
    },
  });

  return async function snapshotFor({ userId, runId }: { userId: string; runId?: string }): Promise<Snapshot> {
    if (runId === undefined) {
      const { snapshot, seq } = await current(userId);
      return snapshot ?? { json: '[]', seq };
    }
    const { run, seq } = await foldOf({ userId, runId });
    return snapshotOf(run ? [run] : [], seq);
  };
}

export type Snapshots = ReturnType<typeof createSnapshots>;
