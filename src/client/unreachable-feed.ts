import { BatonError } from '../contracts/baton-error.ts';
import type { FeedSource } from './feed-source.ts';

/** Without the log nobody knows which Temporal is its own. */
const UNCOMPARED: FeedSource['temporal'] = {
  claim: async () => undefined,
  vouch: async () => undefined,
  refuseForeign: async () => undefined,
  bind: async () => undefined,
};

/** A log that could not be opened: whatever needs it is refused with the reason, and the rest goes on without it. */
export function unreachableFeed(error: unknown): FeedSource {
  // Without the code of an outage, which readers would wait out: this feed never comes back.
  const refuse = () => Promise.reject(new BatonError('NetworkError', (error as Error).message));
  async function* refuseEach(): AsyncGenerator<never> {
    await refuse();
  }
  const store = new Proxy({}, { get: () => refuse });
  return {
    log: store as FeedSource['log'],
    decisions: store as FeedSource['decisions'],
    runIds: store as FeedSource['runIds'],
    temporal: UNCOMPARED,
    follow: refuseEach,
    events: refuseEach,
    hasMore: refuse,
    fold: refuse,
    knows: refuse,
    workflowOf: refuse,
    incarnation: refuse,
    stats: refuse,
    close: () => Promise.resolve(),
  };
}
