import type { BatonEvent } from '../../contracts/event.ts';
import type { EventLog } from '../../notifier/event-log.ts';

/** Events of one user kept in memory for all their streams together; a stream that is further behind reads the log. */
const KEPT = 512;

/** An event and its frame in UTF-8, made once for all streams of its user, which share the bytes. */
export type TailEvent = { event: BatonEvent; bytes: Buffer };

export function toTailEvent(event: BatonEvent): TailEvent {
  return { event, bytes: Buffer.from(JSON.stringify({ type: 'event', event })) };
}

export type Tail = {
  /** Events after `seq`, as far as the tail reaches; undefined where only the log knows them. */
  since(seq: number): TailEvent[] | undefined;
  /** Resolves at the next event, or when the tail failed. Taken before looking, so that none is slept over. */
  changed(): Promise<void>;
  release(): void;
};

type Shared = {
  first: number;
  last: number;
  kept: TailEvent[];
  wake: PromiseWithResolvers<void>;
  failure?: unknown;
  readers: number;
  stop: AbortController;
};

/**
 * Follows each user's feed once, whatever the number of their streams: a thousand watchers of one run cost one reader
 * of the log. Streams pull, so nothing is queued per stream.
 */
export function createTails(log: EventLog) {
  const byUser = new Map<string, Promise<Shared>>();

  async function follow(userId: string, shared: Shared) {
    try {
      for await (const event of log.follow({ userId, after: shared.last, signal: shared.stop.signal })) {
        shared.kept.push(toTailEvent(event));
        if (shared.kept.length > KEPT) shared.kept.shift();
        shared.first = shared.kept[0]?.event.seq ?? event.seq;
        shared.last = event.seq;
        shared.wake.resolve();
        shared.wake = Promise.withResolvers();
      }
      shared.failure = new Error('the event log was closed');
    } catch (error) {
      shared.failure = error;
    }
    // The next stream of this user begins anew.
    byUser.delete(userId);
    shared.wake.resolve();
  }

  async function begin(userId: string): Promise<Shared> {
    const { head } = await log.head({ userId });
    const stop = new AbortController();
    const shared = { first: head + 1, last: head, kept: [], wake: Promise.withResolvers<void>(), readers: 0, stop };
    void follow(userId, shared);
    return shared;
  }

  async function open(userId: string): Promise<Tail> {
    const starting = byUser.get(userId) ?? begin(userId);
    byUser.set(userId, starting);
    const shared = await starting.catch((error: unknown) => {
      byUser.delete(userId);
      throw error;
    });
    shared.readers += 1;
    let released = false;
    return {
      since(seq) {
        if (shared.failure !== undefined) throw shared.failure;
        if (seq >= shared.last) return [];
        return seq + 1 >= shared.first ? shared.kept.slice(seq + 1 - shared.first) : undefined;
      },
      changed: () => (shared.failure === undefined ? shared.wake.promise : Promise.resolve()),
      release() {
        if (released) return;
        released = true;
        shared.readers -= 1;
        if (shared.readers > 0) return;
        byUser.delete(userId);
        shared.stop.abort();
      },
    };
  }

  return { open };
}

export type Tails = ReturnType<typeof createTails>;
