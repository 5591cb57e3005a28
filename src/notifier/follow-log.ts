import type { BatonEvent } from '../contracts/event.ts';
import type { Cursor, EventLog, FeedFilter } from './event-log.ts';
import { checkCursor, ResyncRequired } from './resync-required.ts';

/** Events read at once. */
const PAGE = 500;

type Source = Pick<EventLog, 'read' | 'head'> & {
  /**
   * Calls back whenever the user may have new events, and when the log closes, until the returned function is called.
   * `told` are new events in order, where the log knows them already: they need not be read.
   */
  onChange(userId: string, listener: (told?: BatonEvent[]) => void): () => void;
  isOpen(): boolean;
  /** Of the log as it is known now, without asking it. */
  currentEpoch(): string;
};

/** Collects what wake-ups tell until it is taken. Events are told in order, but a message may be lost or come twice. */
function createTold() {
  let events: BatonEvent[] = [];
  let mustLook = true;
  return {
    add(told: BatonEvent[] | undefined) {
      if (told && events.length + told.length <= PAGE) return void events.push(...told);
      events = [];
      mustLook = true;
    },
    /** The events right after `after`; undefined where the log has to be asked. */
    take(after: number): BatonEvent[] | undefined {
      const taken = events;
      const follows = !mustLook && taken.length > 0 && taken.every(({ seq }, n) => seq === after + 1 + n);
      events = [];
      mustLook = false;
      return follows ? taken : undefined;
    },
  };
}

/** Follows a log: pages of what is there, then a page after every wake-up. The same loop for every kind of log. */
export async function* followLog(
  { read, head, onChange, isOpen, currentEpoch }: Source,
  { userId, runId, after: start, epoch, signal }: FeedFilter & Cursor & { signal?: AbortSignal },
): AsyncGenerator<BatonEvent> {
  let after = start;
  let wake = Promise.withResolvers<void>();
  const told = createTold();
  const ring = () => wake.resolve();
  const off = onChange(userId, (events) => {
    told.add(events);
    ring();
  });
  signal?.addEventListener('abort', ring);
  try {
    const begun = await head({ userId });
    checkCursor({ after, epoch }, begun);
    /** A log that lost its last events gives their numbers anew, perhaps while it is followed. */
    function checkEpoch(current: string) {
      if (current === begun.epoch) return;
      throw new ResyncRequired('log_changed', `the log of epoch ${begun.epoch} is now of epoch ${current}`);
    }
    while (isOpen() && !signal?.aborted) {
      // Renewed before the read: a change during the read must not be slept over.
      wake = Promise.withResolvers<void>();
      const near = runId === undefined ? told.take(after) : undefined;
      const page = near ?? (await read({ userId, runId, after, limit: PAGE }));
      if (page.length === 0 && isOpen()) checkEpoch(currentEpoch());
      for (const event of page) {
        if (signal?.aborted) return;
        checkEpoch(event.epoch);
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
  } catch (error) {
    // What was being read when the log closed.
    if (error instanceof ResyncRequired || isOpen()) throw error;
  } finally {
    off();
    signal?.removeEventListener('abort', ring);
  }
}
