import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowClient } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import { isUnavailable, LOG_UNAVAILABLE } from '../contracts/unavailable.ts';
import type { BatonEvent } from '../contracts/event.ts';
import { generationOf } from '../contracts/generation-of.ts';
import { isRunEnd } from '../contracts/is-run-end.ts';
import { retryDelay } from '../feed/retry-delay.ts';
import { ResyncRequired } from '../notifier/resync-required.ts';
import type { FeedSource } from './feed-source.ts';

/** How long the log may be away before its reader gives up, in milliseconds. */
const OUTAGE_MS = 60_000;

/** Bounds of the wait before the log is asked again, in milliseconds. */
const RETRY_MS: [min: number, max: number] = [50, 2_000];

type Options = {
  client: WorkflowClient;
  feed: FeedSource;
  workflowId: string;
  userId: string;
  runId: string;
  after: number;
  signal?: AbortSignal;
  outageMs?: number;
};

/**
 * A run's events after a cursor, until nothing more can come. Goes on by itself after an outage of the log.
 *
 * @throws ResyncRequired if the cursor does not fit the log
 * @throws BatonError `NetworkError` when the log stays away for a minute
 */
export async function* followRun(options: Options): AsyncGenerator<BatonEvent> {
  const { client, feed, workflowId, userId, runId, signal, outageMs = OUTAGE_MS } = options;
  let { after } = options;
  let failures = 0;
  let failingSince = 0;

  /** A run that was started again goes on under the same ids; its first event may not be there yet. */
  async function isOver(last: { generation: number }): Promise<boolean> {
    const described = await client
      .getHandle(workflowId)
      .describe()
      .catch(() => undefined);
    return described?.status.name !== 'RUNNING' || generationOf(described) <= last.generation;
  }

  async function* attempt(): AsyncGenerator<BatonEvent> {
    const run = { userId, runId };
    const hasMore = await feed.hasMore({ ...run, after });
    // The log answers: the next outage is another one, also where no event came in between.
    failures = 0;
    // A cursor at or past the end of a run that has ended: nothing would ever come.
    if (after > 0 && !hasMore) {
      const ending = (await feed.log.standings({ userId, workflowIds: [workflowId] })).get(workflowId)?.ending;
      if (ending && (await isOver(ending))) return;
    }
    for await (const event of feed.follow({ ...run, after, signal })) {
      yield event;
      if (!isRunEnd(event) || (await feed.hasMore({ ...run, after: event.seq }))) continue;
      if (await isOver(event)) return;
    }
  }

  for (;;) {
    try {
      for await (const event of attempt()) {
        failures = 0;
        after = event.seq;
        yield event;
      }
      return;
    } catch (error) {
      if (error instanceof ResyncRequired || (error instanceof BatonError && !isUnavailable(error))) throw error;
      if (failures === 0) failingSince = performance.now();
      failures += 1;
      if (performance.now() - failingSince > outageMs) {
        const seconds = Math.round(outageMs / 1_000);
        const message = `no events for ${seconds} s: ${(error as Error).message}; check BATON_LOG and its server`;
        throw new BatonError('NetworkError', message, { code: LOG_UNAVAILABLE, cause: error });
      }
      await sleep(retryDelay(failures, RETRY_MS), undefined, { signal }).catch(() => undefined);
      if (signal?.aborted) return;
    }
  }
}
