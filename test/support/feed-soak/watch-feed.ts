import { setTimeout as wait } from 'node:timers/promises';
import type { BatonEvent } from '../../../src/contracts/event.ts';
import type { FeedFrame } from '../../../src/contracts/feed-frame.ts';
import { connectFeed } from '../../../src/feed/connect-feed.ts';

/** A user's client: the one that ships, and beside it what came over the wire. */
export function watchFeed({ url, token }: { url: string; token: string }) {
  const seen: BatonEvent[] = [];
  const wire = { connections: 0, doubled: 0, resyncs: 0 };
  let last = 0;

  class Watched extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      wire.connections += 1;
      this.addEventListener('message', ({ data }) => {
        const frame = JSON.parse(String(data)) as FeedFrame;
        if (frame.type === 'resync') wire.resyncs += 1;
        if (frame.type !== 'event') return;
        // The client would leave it out; it was sent for nothing all the same.
        if (frame.event.seq <= last) wire.doubled += 1;
        last = Math.max(last, frame.event.seq);
      });
    }
  }

  const feed = connectFeed({ url, token, WebSocket: Watched });
  const reading = (async () => {
    for await (const event of feed.events()) seen.push(event);
  })();

  return {
    seen,
    wire,
    /** Resolves once the reader has the event `seq`; false after `limitMs`. */
    async reached(seq: number, limitMs: number): Promise<boolean> {
      const until = performance.now() + limitMs;
      while ((seen.at(-1)?.seq ?? 0) < seq) {
        if (performance.now() > until) return false;
        await wait(20);
      }
      return true;
    },
    /** What the user was shown in the end. */
    folded: () => feed.state.feed,
    async close() {
      feed.close();
      await reading;
    },
  };
}

export type WatchedFeed = ReturnType<typeof watchFeed>;
