import { toFeedBytes, type FeedBytes } from './feed-bytes.ts';

/**
 * Tells "caught up" again where an interval passed without a frame. Readers see neither pings nor comments: to them a
 * quiet feed and a dead connection would look the same.
 */
export function createSignOfLife(send: (frame: FeedBytes) => void) {
  let isLive = false;
  let isQuiet = false;
  let last: FeedBytes | undefined;

  return {
    /** Takes note of a frame that is sent. */
    onSent(frame: FeedBytes) {
      isLive ||= frame.type === 'caught_up';
      isQuiet = false;
      last = frame;
    },
    /** Called at each interval; whether the stream is alive to its reader. */
    atInterval(): boolean {
      if (last && isLive && isQuiet) send(toFeedBytes({ type: 'caught_up', seq: last.seq }, last));
      isQuiet = true;
      return isLive;
    },
  };
}
