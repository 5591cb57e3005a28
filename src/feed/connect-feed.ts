// Runs in browsers and in Node, without a dependency.
import type { BatonEvent } from '../contracts/event.ts';
import { FEED_CLOSE, type FeedFrame } from '../contracts/feed-frame.ts';
import { createFeedReaders } from './feed-readers.ts';
import type { FeedConnection, FeedResync, FeedState } from './feed-state.ts';
import { checkFeedOptions, feedTarget, tokenOf } from './feed-target.ts';
import { onNetworkChange } from './on-network-change.ts';
import { emptyFeed, foldFeed } from './fold.ts';
import type { FoldedRun } from './folded.ts';
import { openFeedSocket, type FeedSocket } from './open-feed-socket.ts';
import { DEFAULT_RETRY_MS, retryDelay } from './retry-delay.ts';

export type FeedOptions = {
  /** The gateway, such as `http://127.0.0.1:8080`. */
  url: string;
  /**
   * The user's token, or a function that gives a fresh one before each connection: with it, the feed outlives its tokens.
   * Where the function fails, the feed is `reconnecting` and asks it again later; where it gives no token, the feed is
   * `closed` as `unauthorized`.
   */
  token: string | (() => string | Promise<string>);
  /** Sequence after which to begin; 0 is the whole feed. @default 0 */
  after?: number;
  /** Only this run's events. @default all runs of the user */
  runId?: string;
  /** Time without any frame after which a connection attempt is given up, in milliseconds. @default 10000 */
  connectTimeoutMs?: number;
  /** Called with what a listener throws. @default `reportError`, or the console where there is none */
  onError?: (error: unknown) => void;
  /** @default the global WebSocket */
  WebSocket?: typeof globalThis.WebSocket;
};

export type Feed = {
  readonly state: FeedState;
  /** Calls back with every new state until the returned function is called. */
  subscribe(listener: (state: FeedState) => void): () => void;
  /**
   * Every event once, in order, from now on; ends when the feed is closed. Each call is an own reader.
   *
   * @throws BatonError `InvalidInput`, code `cursor_refused`, where events have left the log before they were read
   */
  events(): AsyncGenerator<BatonEvent, void>;
  /** The same, with a `resync` in place of events that cannot be had any more; what the adapters read. */
  updates(): AsyncGenerator<BatonEvent | FeedResync, void>;
  /** Connects at once instead of waiting for the next attempt; for "the network is back". */
  retryNow(): void;
  close(): void;
};

const FINAL: Partial<Record<number, 'unauthorized' | 'forbidden'>> = {
  [FEED_CLOSE.badToken]: 'unauthorized',
  [FEED_CLOSE.badOrigin]: 'forbidden',
};

/** Async, so that a function which throws at once fails like one that does so later. */
async function tokenNow(token: FeedOptions['token']): Promise<string | undefined> {
  return tokenOf(typeof token === 'function' ? await token() : token);
}

/** What browsers and Node have for it. */
type Reporters = { reportError?: (error: unknown) => void; console?: { error(error: unknown): void } };

/** What nobody else is there to hear of. */
function report(error: unknown) {
  const { reportError, console: terminal } = globalThis as Reporters;
  if (reportError) reportError(error);
  else terminal?.error(error);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Follows a user's feed over a WebSocket: resumes after the last sequence seen whenever the connection is lost, drops
 * what it has seen already, and folds what it sees.
 *
 * @throws TypeError where the address, the token or a number cannot be one, or an option is unknown
 */
export function connectFeed(options: FeedOptions): Feed {
  checkFeedOptions(options);
  const { url, token, runId, connectTimeoutMs = 10_000, WebSocket = globalThis.WebSocket, onError = report } = options;
  const address = feedTarget({ ...options, url, connectTimeoutMs, WebSocket });
  const listeners = new Set<(state: FeedState) => void>();
  const readers = createFeedReaders();
  let state: FeedState = {
    feed: { ...emptyFeed(), seq: options.after ?? 0 },
    connection: { status: 'connecting' },
  };
  let epoch: string | undefined;
  let socket: FeedSocket | undefined;
  let attempt = 0;
  let retryMs = DEFAULT_RETRY_MS;
  let failures = 0;
  let wished: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function update(change: Partial<FeedState>) {
    state = { ...state, ...change };
    for (const listener of listeners) {
      // One that throws must keep neither the others nor the feed itself from going on.
      try {
        listener(state);
      } catch (error) {
        tellError(error);
      }
    }
  }
  function tellError(error: unknown) {
    try {
      onError(error);
    } catch {
      // Nobody is left to be told.
    }
  }

  const connected = (connection: FeedConnection) => update({ connection });

  function onFrame(frame: FeedFrame<FoldedRun>) {
    switch (frame.type) {
      case 'hello': {
        const restored = epoch !== undefined && epoch !== frame.epoch;
        epoch = frame.epoch;
        retryMs = frame.retry_ms;
        failures = 0;
        // A log restored from an older state counts anew: what was folded belongs to numbers that are no more.
        if (restored) update({ feed: emptyFeed() });
        return connected({ status: 'catching_up' });
      }
      case 'event': {
        if (frame.event.seq <= state.feed.seq) return;
        update({ feed: foldFeed(state.feed, frame.event) });
        readers.push(frame.event);
        return;
      }
      case 'caught_up':
        // A live feed hears it again and again.
        if (state.connection.status !== 'live') connected({ status: 'live' });
        return;
      case 'resync': {
        const { type, reason, seq, snapshot: runs } = frame;
        update({ feed: { seq, runs } });
        readers.push({ type, reason, seq, runs });
        return;
      }
      case 'bye':
        wished = frame.retry_ms;
    }
  }

  /** Gives up the connection that there is, or is being made: two at a time would both be counted by the gateway. */
  function abandon() {
    attempt += 1;
    clearTimeout(timer);
    socket?.drop();
    socket = undefined;
  }

  function lost(reason: string) {
    const nextAttemptMs = wished ?? retryDelay(failures, retryMs);
    failures += 1;
    wished = undefined;
    timer = setTimeout(() => void open(), nextAttemptMs);
    connected({ status: 'reconnecting', reason, nextAttemptMs });
  }

  function onClose(code: number, reason: string, accepted: boolean) {
    socket = undefined;
    const renewable = code === FEED_CLOSE.badToken && accepted && typeof token === 'function';
    const final = FINAL[code];
    if (final && !renewable) finish(final);
    else lost(reason || `connection lost (${code})`);
  }

  async function open() {
    abandon();
    const own = attempt;
    let bearer: string | undefined;
    try {
      bearer = await tokenNow(token);
    } catch (error) {
      return own === attempt ? lost(`no token could be had: ${wordsOf(error)}`) : undefined;
    }
    if (own !== attempt) return;
    // Asked again it would give no better one, and nobody would notice.
    if (bearer === undefined) return finish('unauthorized');
    const target = new URL(address);
    target.searchParams.set('after', String(state.feed.seq));
    if (epoch !== undefined) target.searchParams.set('epoch', epoch);
    if (runId !== undefined) target.searchParams.set('run_id', runId);
    // To a token that it refuses a gateway says nothing: after any frame, "bad token" means that its time is over.
    let accepted = false;
    try {
      socket = openFeedSocket({
        target,
        token: bearer,
        connectTimeoutMs,
        WebSocket,
        onFrame(frame) {
          accepted = true;
          onFrame(frame);
        },
        onClose: (code, reason) => onClose(code, reason, accepted),
      });
    } catch (error) {
      lost(`no socket could be opened: ${wordsOf(error)}`);
    }
  }

  function onOffline() {
    // A browser keeps a socket of a lost network open for minutes; giving it up shows the truth at once.
    socket?.giveUp('the network is gone');
  }

  function retryNow() {
    if (state.connection.status === 'reconnecting') void open();
  }

  function finish(reason: 'closed' | 'unauthorized' | 'forbidden') {
    if (state.connection.status === 'closed') return;
    abandon();
    stopWatching();
    connected({ status: 'closed', reason });
    readers.end();
  }

  const stopWatching = onNetworkChange({ offline: onOffline, online: retryNow });
  void open();
  return {
    get state() {
      return state;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    events: readers.events,
    updates: readers.updates,
    retryNow,
    close: () => finish('closed'),
  };
}
