import type { ResyncReason } from '../contracts/feed-frame.ts';
import type { FoldedFeed, FoldedRun } from './folded.ts';

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

/** In place of events that cannot be had one by one any more: every run as it stands after event `seq`. */
export type FeedResync = { type: 'resync'; reason: ResyncReason; seq: number; runs: readonly FoldedRun[] };
