import type { FoldedFeed } from './folded.ts';

/**
 * How a feed is connected. `reconnecting` loses nothing: the cursor is kept. `closed` is final; `reason` then says
 * whether it was closed by its owner or refused by the server.
 */
export type FeedConnection =
  | { status: 'connecting' | 'catching_up' | 'live' }
  | { status: 'reconnecting'; reason: string; nextAttemptMs: number }
  | { status: 'closed'; reason: 'closed' | 'unauthorized' | 'forbidden' };

/** What a subscriber is shown. A new object at every change. */
export type FeedState = { feed: FoldedFeed; connection: FeedConnection };
