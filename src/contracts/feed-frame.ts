import type { BatonEvent } from './event.ts';

/** Why a reader's cursor could not be served event by event. */
export type ResyncReason = 'cursor_too_old' | 'cursor_ahead' | 'log_changed' | 'slow_reader';

/** Subprotocol of the WebSocket feed; a browser, which cannot set headers, adds `bearer.<token>` beside it. */
export const FEED_PROTOCOL = 'baton.v1';

/** Codes with which the gateway closes a feed. After the first two it is no use to connect again with the same token. */
export const FEED_CLOSE = {
  badToken: 4401,
  badOrigin: 4403,
  slowReader: 4408,
  tooManySockets: 4429,
  restart: 1012,
} as const;

/** One JSON text frame of the WebSocket feed, server to client. `Run` is a folded run. */
export type FeedFrame<Run = unknown> =
  | {
      type: 'hello';
      epoch: string;
      head: number;
      earliest: number;
      retry_ms: [min: number, max: number];
      /** How often a quiet feed gives a sign of life, in milliseconds. Without it, none is given. */
      ping_ms?: number;
    }
  | { type: 'event'; event: BatonEvent }
  /** The backlog is sent; what follows is live. Comes again wherever nothing happened for an interval of `ping_ms`. */
  | { type: 'caught_up'; seq: number }
  | { type: 'resync'; reason: ResyncReason; snapshot: Run[]; seq: number }
  | { type: 'bye'; reason: string; retry_ms: number };
