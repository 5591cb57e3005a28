import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import type { WebSocket } from 'ws';
import { FEED_CLOSE } from '../../contracts/feed-frame.ts';
import type { Identity } from '../auth/create-token-verifier.ts';
import { callAt } from './call-at.ts';
import type { OpenStreams } from './open-streams.ts';
import type { FeedBytes } from './feed-bytes.ts';
import { createPace } from './pace.ts';
import { readFeed, type ReadFeedOptions } from './read-feed.ts';
import { createSignOfLife } from './sign-of-life.ts';

/** How long a peer may take to confirm a close before it is cut off, in milliseconds. */
const CLOSE_LIMIT_MS = 2_000;

type Options = Omit<ReadFeedOptions, 'userId' | 'signal' | 'isLagging'> & {
  socket: WebSocket;
  /** The connection below it. */
  wire: Pick<Socket, 'cork' | 'uncork'>;
  identity: Identity;
  streams: OpenStreams;
  logger: FastifyBaseLogger;
  /** How long a full socket may stay full, in milliseconds. */
  slowReaderMs: number;
};

/** Serves a user's feed on a WebSocket until either side closes. Clients send nothing; what they send is ignored. */
export async function serveSocket(options: Options): Promise<void> {
  const { socket, wire, identity, streams, logger, slowReaderMs, ...feed } = options;
  const stop = new AbortController();
  const signOfLife = createSignOfLife(send);
  let alive = true;
  let unsent = 0;
  let corked = false;
  let flushed: (() => void) | undefined;

  function close(code: number, reason: string) {
    stop.abort();
    socket.close(code, reason);
    // A peer that is gone never confirms.
    setTimeout(() => socket.terminate(), CLOSE_LIMIT_MS).unref();
  }
  function bye(reason: string, retryMs: number, code: number = FEED_CLOSE.restart) {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ type: 'bye', reason, retry_ms: retryMs }));
    close(code, reason);
  }
  function ping() {
    if (!alive) return socket.terminate();
    alive = false;
    if (!stop.signal.aborted) signOfLife.atInterval();
    socket.ping();
  }
  function onSent() {
    unsent -= 1;
    if (unsent === 0) flushed?.();
  }
  function uncork() {
    corked = false;
    wire.uncork();
  }
  /** Frames of one turn of the event loop leave together: a call of the system for each is most of what a frame costs. */
  function send(frame: FeedBytes) {
    signOfLife.onSent(frame);
    if (!corked) {
      corked = true;
      wire.cork();
      process.nextTick(uncork);
    }
    unsent += 1;
    socket.send(frame.bytes, { binary: false }, onSent);
  }
  function untilFlushed(): Promise<void> {
    return new Promise((resolve) => (unsent === 0 ? resolve() : (flushed = resolve)));
  }

  const pace = createPace({ buffered: () => socket.bufferedAmount, flushed: untilFlushed, slowReaderMs });
  if (streams.isFull(identity.user)) return bye('too_many_sockets', streams.retryMs(), FEED_CLOSE.tooManySockets);
  const remove = streams.add(identity.user, { bye, ping });
  const cancelExpiry = callAt(identity.expiresAt, () => bye('token_expired', 0, FEED_CLOSE.badToken));
  socket.on('pong', () => (alive = true));
  socket.on('close', () => stop.abort());
  try {
    const { isLagging } = pace;
    for await (const frame of readFeed({ ...feed, userId: identity.user, signal: stop.signal, isLagging })) {
      if (!(await pace.room())) return bye('slow_reader', streams.retryMs(), FEED_CLOSE.slowReader);
      if (stop.signal.aborted) break;
      send(frame);
    }
  } catch (error) {
    logger.warn({ err: error }, 'a feed ended by an error of the log');
    bye('log_unavailable', streams.retryMs());
  } finally {
    cancelExpiry();
    remove();
  }
}
