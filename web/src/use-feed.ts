import { useEffect, useState } from 'preact/hooks';
import { connectFeed } from '../../src/feed/connect-feed.ts';
import type { FeedState } from '../../src/feed/feed-state.ts';

/** The user's feed as it is now. Drawn once a frame at most: a backlog of thousands of events is one drawing. */
export function useFeed(token: string): FeedState | null {
  const [state, setState] = useState<FeedState | null>(null);
  useEffect(() => {
    // Whatever was typed as a token: the feed says that it is refused.
    const feed = connectFeed({ url: location.origin, token: () => token });
    let frame: number | undefined;
    const draw = () => {
      frame = undefined;
      setState(feed.state);
    };
    const off = feed.subscribe(() => {
      // A hidden tab gets no frames; it draws when it is shown again.
      frame ??= requestAnimationFrame(draw);
    });
    setState(feed.state);
    return () => {
      off();
      if (frame !== undefined) cancelAnimationFrame(frame);
      feed.close();
    };
  }, [token]);
  return state;
}
