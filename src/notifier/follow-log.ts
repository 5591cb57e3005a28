import type { BatonEvent } from '../contracts/event.ts';
import type { Cursor, EventLog, FeedFilter } from './event-log.ts';
import { checkCursor, ResyncRequired } from './resync-required.ts';

/** Events read at once. */
const PAGE = 500;

type Source = Pick<EventLog, 'read' | 'head'> & {
  /** Calls back whenever the user may have new events, and when the log closes, until the returned function is called. */
  onChange(userId: string, listener: () => void): () => void;
  isOpen(): boolean;
};

/** Follows a log: pages of what is there, then a page after every wake-up. The same loop for every kind of log. */
export async function* followLog(
  { read, head, onChange, isOpen }: Source,
  { userId, runId, after: start, epoch, signal }: FeedFilter & Cursor & { signal?: AbortSignal },
): AsyncGenerator<BatonEvent> {
  let after = start;
  let wake = Promise.withResolvers<void>();
  const ring = () => wake.resolve();
  const off = onChange(userId, ring);
  signal?.addEventListener('abort', ring);
  try {
    checkCursor({ after, epoch }, await head({ userId }));
    while (isOpen() && !signal?.aborted) {
      // Renewed before the read: a change during the read must not be slept over.
      wake = Promise.withResolvers<void>();
      const page = await read({ userId, runId, after, limit: PAGE });
      for (const event of page) {
        if (signal?.aborted) return;
        if (runId === undefined && after > 0 && event.seq !== after + 1) {
          throw new ResyncRequired(
            'cursor_too_old',
            `events ${after + 1} to ${event.seq - 1} were pruned while followed`,
          );
        }
        after = event.seq;
        yield event;
      }
      if (page.length < PAGE && isOpen() && !signal?.aborted) await wake.promise;
    }
  } finally {
    off();
    signal?.removeEventListener('abort', ring);
  }
}
