import type { Config } from '../config.ts';
import type { BatonEvent } from '../contracts/event.ts';
import { RUN_END_TYPES } from '../contracts/names.ts';
import type { AgentOutcome } from '../contracts/run.ts';
import { emptyFeed, foldFeed } from '../feed/fold.ts';
import { openSqliteLog } from '../notifier/sqlite-log.ts';
import { agentOutcomes } from './agent-outcomes.ts';

const PAGE = 500;

/** Reads the events of runs from the log that the workers of this machine write. */
export function openFeedSource({ logPath, fsync }: Pick<Config, 'logPath' | 'fsync'>) {
  const log = openSqliteLog({ path: logPath, fsync });

  async function* follow({
    userId,
    runId,
    after,
    signal,
  }: {
    userId: string;
    runId: string;
    after: number;
    signal?: AbortSignal;
  }): AsyncGenerator<BatonEvent> {
    for await (const event of log.follow({ userId, after, runId, signal })) {
      yield event;
      if ((RUN_END_TYPES as readonly string[]).includes(event.type)) return;
    }
  }

  function outcomes({ userId, runId }: { userId: string; runId: string }): AgentOutcome[] {
    let feed = emptyFeed();
    let after = 0;
    for (;;) {
      const page = log.read({ userId, after, limit: PAGE, runId });
      for (const event of page) feed = foldFeed(feed, event);
      const last = page.at(-1);
      if (!last || page.length < PAGE) return agentOutcomes(feed, runId);
      after = last.seq;
    }
  }

  return { follow, outcomes, close: () => log.close() };
}

export type FeedSource = ReturnType<typeof openFeedSource>;
