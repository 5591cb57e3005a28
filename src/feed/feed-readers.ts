import { BatonError } from '../contracts/baton-error.ts';
import type { BatonEvent } from '../contracts/event.ts';
import { eventQueue } from './event-queue.ts';
import type { FeedResync } from './feed-state.ts';

/** Hands a feed to any number of loops, each of which gets all that comes while it reads. */
export function createFeedReaders() {
  const queues = new Set<ReturnType<typeof eventQueue<BatonEvent | FeedResync>>>();
  let open = true;

  async function* updates(): AsyncGenerator<BatonEvent | FeedResync, void> {
    const queue = eventQueue<BatonEvent | FeedResync>();
    queues.add(queue);
    if (!open) queue.end();
    try {
      yield* queue.iterate();
    } finally {
      queues.delete(queue);
    }
  }

  async function* events(): AsyncGenerator<BatonEvent, void> {
    for await (const update of updates()) {
      if (update.type !== 'resync') yield update;
      else {
        const { seq, reason } = update;
        const message = `The events up to ${seq} cannot be had one by one any more (${reason}); read again for those after it, or read updates()`;
        throw new BatonError('InvalidInput', message, { code: 'cursor_refused', details: { reason, seq } });
      }
    }
  }

  return {
    push(update: BatonEvent | FeedResync) {
      for (const queue of queues) queue.push(update);
    },
    end() {
      open = false;
      for (const queue of queues) queue.end();
    },
    updates,
    events,
  };
}
