import type { ResyncReason } from '../../contracts/feed-frame.ts';
import { coalesceThoughts } from './coalesce-thoughts.ts';
import { toFeedBytes, type FeedBytes } from './feed-bytes.ts';
import type { EventLog } from '../../notifier/event-log.ts';
import { ResyncRequired } from '../../notifier/resync-required.ts';
import { resyncReason } from './resync-reason.ts';
import type { Snapshots } from './snapshot.ts';
import { toTailEvent, type Tail, type TailEvent, type Tails } from './user-tails.ts';

/** Events read from the log at once. */
const PAGE = 500;

export type ReadFeedOptions = {
  log: EventLog;
  tails: Tails;
  snapshotOf: Snapshots;
  userId: string;
  runId?: string;
  /** Last sequence seen; without it the feed starts at the head. */
  after?: number;
  /** Epoch of that sequence, if the reader knows it. */
  epoch?: string;
  retryMs: [min: number, max: number];
  /** How often the stream gives a sign of life, in milliseconds. */
  pingMs: number;
  signal: AbortSignal;
  /** Whether the reader is behind, so that thoughts may be left out. */
  isLagging?: () => boolean;
};

type Batch = { events: TailEvent[]; cursor: number };

async function nextBatch({ log, userId, runId }: ReadFeedOptions, tail: Tail, after: number): Promise<Batch> {
  const near = tail.since(after);
  if (near) {
    const events = runId === undefined ? near : near.filter(({ event }) => event.run_id === runId);
    return { events, cursor: near.at(-1)?.event.seq ?? after };
  }
  // Asked before the read: whatever is up to this head is on the page, if the page is not full.
  const { head } = await log.head({ userId });
  const page = await log.read({ userId, runId, after, limit: PAGE });
  const last = page.at(-1)?.seq ?? after;
  return { events: page.map(toTailEvent), cursor: page.length < PAGE ? Math.max(last, head) : last };
}

async function resync(options: ReadFeedOptions, reason: ResyncReason, epoch: string): Promise<FeedBytes> {
  const { json, seq } = await options.snapshotOf(options);
  // The snapshot is text already, which all streams of a user share.
  const bytes = Buffer.from(`{"type":"resync","reason":"${reason}","snapshot":${json},"seq":${seq}}`);
  return { type: 'resync', seq, epoch, bytes };
}

/**
 * A user's feed as frames: greeting, backlog, then live, without a gap or a double at the seam. The one reader of
 * WebSocket and SSE. It pulls: a stream that is not read costs no memory but the position it stands at.
 *
 * @throws whatever the log throws; the stream then ends and its reader resumes later
 */
export async function* readFeed(options: ReadFeedOptions): AsyncGenerator<FeedBytes> {
  const { log, tails, userId, runId, retryMs, pingMs, signal, isLagging = () => false } = options;
  const tail = await tails.open(userId);
  let ring = () => undefined as void;
  signal.addEventListener('abort', () => ring(), { once: true });
  try {
    const position = await log.head({ userId });
    const { epoch, head, earliest } = position;
    let after = options.after ?? head;
    yield toFeedBytes(
      { type: 'hello', epoch, head, earliest, retry_ms: retryMs, ping_ms: pingMs },
      { seq: after, epoch },
    );
    const misfit = resyncReason({ after, epoch: options.epoch }, position);
    if (misfit) {
      const told = await resync(options, misfit, epoch);
      after = told.seq;
      yield told;
    }
    let live = false;
    while (!signal.aborted) {
      const changed = tail.changed();
      const batch = await nextBatch(options, tail, after);
      const next = batch.events[0]?.event.seq;
      if (runId === undefined && after > 0 && next !== undefined && next !== after + 1) {
        const told = await resync(options, 'cursor_too_old', epoch);
        after = told.seq;
        yield told;
        continue;
      }
      for (const { event, bytes } of isLagging() ? coalesceThoughts(batch.events) : batch.events) {
        if (signal.aborted) return;
        // Of a log that was lost and begun anew since the greeting.
        if (event.epoch !== epoch) throw new ResyncRequired('log_changed', `the log is now of epoch ${event.epoch}`);
        if (!live && event.seq > head) {
          live = true;
          yield toFeedBytes({ type: 'caught_up', seq: head }, { seq: head, epoch });
        }
        yield { type: 'event', seq: event.seq, epoch, bytes };
      }
      const idle = batch.cursor === after;
      after = batch.cursor;
      if (!live && after >= head) {
        live = true;
        yield toFeedBytes({ type: 'caught_up', seq: after }, { seq: after, epoch });
      }
      if (!idle || signal.aborted) continue;
      // Not a race with one promise for the whole stream: each lost race would stay attached to it.
      await new Promise<void>((resolve) => {
        ring = resolve;
        void changed.then(resolve);
      });
    }
  } finally {
    tail.release();
  }
}
