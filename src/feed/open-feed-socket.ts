import { FEED_PROTOCOL, type FeedFrame } from '../contracts/feed-frame.ts';
import type { FoldedRun } from './folded.ts';

type Options = {
  target: URL;
  token: string;
  /** Time without any frame after which it is given up, in milliseconds. */
  connectTimeoutMs: number;
  WebSocket: typeof globalThis.WebSocket;
  onFrame(frame: FeedFrame<FoldedRun>): void;
  onClose(code: number, reason: string): void;
};

export type FeedSocket = {
  /** Closes it, without a word from it any more. */
  drop(): void;
  /** Closes it and says so. */
  close(): void;
};

/** One connection to the feed. A token goes as a subprotocol: browsers cannot set headers. */
export function openFeedSocket({ target, token, connectTimeoutMs, WebSocket, onFrame, onClose }: Options): FeedSocket {
  const socket = new WebSocket(target, [FEED_PROTOCOL, `bearer.${token}`]);
  let isDropped = false;
  const close = () => socket.close();
  // A connection that hangs in the making would show "reconnecting" for minutes.
  const guard = setTimeout(close, connectTimeoutMs);
  socket.addEventListener('message', ({ data }) => {
    clearTimeout(guard);
    if (!isDropped) onFrame(JSON.parse(String(data)) as FeedFrame<FoldedRun>);
  });
  socket.addEventListener('close', ({ code, reason }) => {
    clearTimeout(guard);
    if (!isDropped) onClose(code, reason);
  });
  return {
    drop() {
      isDropped = true;
      clearTimeout(guard);
      socket.close(1000);
    },
    close,
  };
}
