import type { FeedFrame } from '../../contracts/feed-frame.ts';
import type { FoldedRun } from '../../feed/folded.ts';

/** A frame as UTF-8 text; `seq` is the cursor after it. */
export type FeedBytes = { type: FeedFrame['type']; seq: number; bytes: Buffer };

export function toFeedBytes(frame: FeedFrame<FoldedRun>, seq: number): FeedBytes {
  return { type: frame.type, seq, bytes: Buffer.from(JSON.stringify(frame)) };
}
