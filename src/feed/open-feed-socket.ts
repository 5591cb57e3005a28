import { FEED_PROTOCOL, type FeedFrame } from '../contracts/feed-frame.ts';
import type { FoldedRun } from './folded.ts';

/** Intervals without a frame after which a connection is taken for dead. A live gateway is silent for less than two. */
const SILENT_INTERVALS = 3;

type Options = {
  target: URL;
  token: string;
  /** Time without any frame after which it is given up, in milliseconds. */
  connectTimeoutMs: number;
  WebSocket: typeof globalThis.WebSocket;
  onFrame(frame: FeedFrame<FoldedRun>): void;
  /** Called once, unless the socket is dropped. */
  onClose(code: number, reason: string): void;
};

export type FeedSocket = {
  /** Closes it, without a word from it any more. */
  drop(): void;
  /** Closes it as lost. */
  giveUp(reason: string): void;
};

/** Whether what is read of a frame is there. */
function isFrame(frame: FeedFrame<FoldedRun>): boolean {
  if (frame.type === 'event') return Number.isInteger(frame.event.seq) && typeof frame.event.payload === 'object';
  if (frame.type === 'resync') return Number.isInteger(frame.seq) && Array.isArray(frame.snapshot);
  return typeof frame.type === 'string';
}

/** Whatever stands between here and the gateway may have answered; thrown in a listener, an error is nobody's to catch. */
function frameOf(data: unknown): FeedFrame<FoldedRun> | undefined {
  try {
    const frame = JSON.parse(String(data)) as FeedFrame<FoldedRun>;
    return isFrame(frame) ? frame : undefined;
  } catch {
    return undefined;
  }
}

/** One connection to the feed. The token goes as a subprotocol: browsers cannot set headers, nor see pings. */
export function openFeedSocket({ target, token, connectTimeoutMs, WebSocket, onFrame, onClose }: Options): FeedSocket {
  const socket = new WebSocket(target, [FEED_PROTOCOL, `bearer.${token}`]);
  let isOver = false;
  let silent = 0;
  let watch: ReturnType<typeof setInterval> | undefined;
  // A connection that hangs in the making would show "reconnecting" for minutes.
  const guard = setTimeout(() => giveUp('the gateway does not answer'), connectTimeoutMs);

  function end() {
    isOver = true;
    clearTimeout(guard);
    clearInterval(watch);
  }

  function giveUp(reason: string) {
    if (isOver) return;
    end();
    // A dead peer never confirms, so its "close" would come minutes later, if at all.
    socket.close();
    onClose(1006, reason);
  }

  /** Counts intervals and does not look at the clock: a page that slept or was busy has frames still to come. */
  function onInterval() {
    silent += 1;
    if (silent > SILENT_INTERVALS) giveUp('the gateway has fallen silent');
  }

  socket.addEventListener('message', ({ data }) => {
    if (isOver) return;
    clearTimeout(guard);
    silent = 0;
    const frame = frameOf(data);
    if (!frame) return giveUp('what came is no frame of a gateway');
    // A gateway that does not tell how often it gives a sign of life gives none.
    if (frame.type === 'hello' && frame.ping_ms) watch ??= setInterval(onInterval, frame.ping_ms);
    onFrame(frame);
  });
  socket.addEventListener('close', ({ code, reason }) => {
    if (isOver) return;
    end();
    onClose(code, reason);
  });

  return {
    drop() {
      end();
      socket.close(1000);
    },
    giveUp,
  };
}
