import type { FeedFrame } from '../../contracts/feed-frame.ts';

/** Where a reader stands after a frame. */
type Place = { seq: number; epoch: string };

/** A frame as UTF-8 text, with the cursor after it. */
export type FeedBytes = Place & { type: FeedFrame['type']; bytes: Buffer };

export function toFeedBytes(frame: FeedFrame, { seq, epoch }: Place): FeedBytes {
  return { type: frame.type, seq, epoch, bytes: Buffer.from(JSON.stringify(frame)) };
}
