import type { Config } from '../config.ts';
import type { BatonEvent } from '../contracts/event.ts';
import type { Stats } from '../contracts/stats.ts';
import type { HistoryPage } from '../feed/stats/history-page.ts';
import { statsOf } from '../feed/stats/stats-of.ts';
import { openStore } from '../notifier/open-store.ts';
import { checkCursor } from '../notifier/resync-required.ts';
import { createOwnTemporal } from './own-temporal.ts';
import { createRunFolds } from './run-folds.ts';
import { createStatsReader } from './stats-reader.ts';

const PAGE = 500;

type Settings = Pick<Config, 'storeUrl' | 'fsync'> &
  Partial<Pick<Config, 'retentionDays' | 'payloads'>> & {
    /** How long Temporal may take to say who it is, in milliseconds. @default 5000 */
    callTimeoutMs?: number;
  };

/** What a client has beside Temporal, in the store that the workers write: events, decisions, and who has which run id. */
export async function openFeedSource({ storeUrl, fsync, retentionDays, payloads, callTimeoutMs }: Settings) {
  const { log, decisions, runIds, effects, binding, close } = await openStore({
    url: storeUrl,
    fsync,
    retentionDays,
    keys: payloads?.keys,
  });

  /** Whether a run has told anything after a cursor, of which it is made sure that it fits the log. */
  async function hasMore({ userId, runId, after }: { userId: string; runId: string; after: number }): Promise<boolean> {
    checkCursor({ after }, await log.head({ userId }));
    return (await log.read({ userId, runId, after, limit: 1 })).length > 0;
  }

  /** Every event that is kept of a run. */
  async function* events({ userId, runId }: { userId: string; runId: string }): AsyncGenerator<BatonEvent> {
    for (let after = 0; ;) {
      const page = await log.read({ userId, after, limit: PAGE, runId });
      yield* page;
      if (page.length < PAGE) return;
      after = page.at(-1)?.seq ?? after;
    }
  }

  /** Whether the log has anything of a run. */
  async function knows({ userId, runId, workflowId }: { userId: string; runId: string; workflowId: string }) {
    const standings = await log.standings({ userId, workflowIds: [workflowId] });
    // On Redis, finding a run's first event reads all that the user has before it.
    return standings.has(workflowId) || (await log.read({ userId, after: 0, limit: 1, runId })).length > 0;
  }

  /** Workflow type of a run of this user, if there is one. */
  async function workflowOf({ userId, runId }: { userId: string; runId: string }): Promise<string | undefined> {
    const claim = await runIds.find({ userId, runId });
    if (claim) return claim.workflow;
    const [event] = await log.read({ userId, after: 0, limit: 1, runId });
    return event?.workflow_id.split('/')[0];
  }

  const foldOf = createRunFolds(log);

  /** The run as its events tell; undefined before the first of them. What was folded before is kept. */
  const fold = async (run: { userId: string; runId: string }) => (await foldOf(run)).run;

  const reader = createStatsReader(log);

  /** Statistics of one user, or without one of all users together. */
  async function stats({ userId, ...page }: HistoryPage & { userId?: string } = {}): Promise<Stats> {
    return statsOf(userId === undefined ? await reader.all() : [await reader.of(userId)], page);
  }

  const temporal = createOwnTemporal({ binding, log, patienceMs: callTimeoutMs });

  return {
    log,
    follow: log.follow,
    events,
    hasMore,
    fold,
    knows,
    workflowOf,
    decisions,
    runIds,
    temporal,
    /** That of the effect ledger, for a run that starts now. */
    incarnation: effects.incarnation,
    stats,
    close,
  };
}

export type FeedSource = Awaited<ReturnType<typeof openFeedSource>>;
