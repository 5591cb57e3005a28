import { setImmediate as nextTurn } from 'node:timers/promises';
import { emptyStats, foldStats } from '../feed/fold-stats.ts';
import type { StatsState } from '../feed/stats/stats-state.ts';
import type { EventLog } from '../notifier/event-log.ts';

/** Events read at once. */
const PAGE = 1_000;

type Known = { epoch: string; state: StatsState };

/**
 * Statistics from the log. What was folded of a user is kept, so that a call reads only what is new since the last one;
 * a log of another epoch is read from its beginning.
 */
export function createStatsReader(log: Pick<EventLog, 'head' | 'read' | 'users'>) {
  const byUser = new Map<string, Promise<Known>>();

  async function upToDate(userId: string, known?: Known): Promise<Known> {
    const { epoch, head } = await log.head({ userId });
    let state = known?.epoch === epoch && head >= known.state.seq ? known.state : emptyStats();
    while (state.seq < head) {
      const page = await log.read({ userId, after: state.seq, limit: PAGE });
      // The rest was forgotten meanwhile.
      if (page.length === 0) break;
      state = page.reduce(foldStats, state);
      // Between two pages others have their turn.
      await nextTurn();
    }
    return { epoch, state };
  }

  /** One after the other for the same user: two calls at once read the log once. */
  async function of(userId: string): Promise<StatsState> {
    const before = byUser.get(userId);
    const next = (before ?? Promise.resolve(undefined)).then((known) => upToDate(userId, known));
    byUser.set(userId, next);
    try {
      return (await next).state;
    } catch (error) {
      // What was known before is still right.
      if (byUser.get(userId) === next) byUser.delete(userId);
      throw error;
    }
  }

  return {
    of,
    /** All users that the log knows, one state each. */
    async all(): Promise<StatsState[]> {
      const states: StatsState[] = [];
      for (const userId of await log.users()) states.push(await of(userId));
      return states;
    },
  };
}

export type StatsReader = ReturnType<typeof createStatsReader>;
