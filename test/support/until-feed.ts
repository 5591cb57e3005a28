import type { Feed } from '../../src/feed/connect-feed.ts';
import type { FeedState } from '../../src/feed/feed-state.ts';

/** The feed's state once it satisfies, which it may do already. */
export function untilFeed(feed: Feed, satisfies: (state: FeedState) => boolean): Promise<FeedState> {
  const { promise, resolve } = Promise.withResolvers<FeedState>();
  const off = feed.subscribe((state) => satisfies(state) && resolve(state));
  if (satisfies(feed.state)) resolve(feed.state);
  return promise.finally(off);
}
