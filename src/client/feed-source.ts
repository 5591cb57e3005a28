import type { Config } from '../config.ts';
import type { BatonEvent } from '../contracts/event.ts';
import { RUN_END_TYPES } from '../contracts/names.ts';
import type { AgentOutcome } from '../contracts/run.ts';
import { emptyFeed, foldFeed } from '../feed/fold.ts';
import { openStore } from '../notifier/open-store.ts';
import { agentOutcomes } from './agent-outcomes.ts';

const PAGE = 500;

/** Reads the events of runs from the store that the workers write. */
export async function openFeedSource({ storeUrl, fsync }: Pick<Config, 'storeUrl' | 'fsync'>) {
  const { log, close } = await openStore({ url: storeUrl, fsync });

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

  async function outcomes({ userId, runId }: { userId: string; runId: string }): Promise<AgentOutcome[]> {
    let feed = emptyFeed();
    let after = 0;
    for (;;) {
      const page = await log.read({ userId, after, limit: PAGE, runId });
      for (const event of page) feed = foldFeed(feed, event);
      const last = page.at(-1);
      if (!last || page.length < PAGE) return agentOutcomes(feed, runId);
      after = last.seq;
    }
  }

  return { follow, outcomes, close };
}

export type FeedSource = Awaited<ReturnType<typeof openFeedSource>>;
