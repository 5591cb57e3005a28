// Runs inside the workflow sandbox.
import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { NewEvent } from '../contracts/event.ts';
import { QUEUED_AFTER_MS } from '../contracts/names.ts';
import type { About, RunEvents } from './run-events.ts';

type Waiting = { riding: NewEvent[]; about: About; since: number };

/**
 * Says of each agent that it waits for a free worker, unless it ends within a second. The workflow cannot see whether
 * the agent began; the log can, and refuses this event where anything was heard of the agent. One timer serves the whole
 * run: one for each agent cost a run of short agents a tenth of its time.
 */
export function createQueueWatch(events: RunEvents) {
  const waiting = new Set<Waiting>();
  let timer: CancellationScope | undefined;

  function tell({ riding, about }: Waiting) {
    // What rides on the waiting agent happened before, and is dropped by its identity when it arrives again.
    events.putBack(riding);
    events.emit('agent_queued', { queue_ms: QUEUED_AFTER_MS, reason: 'busy' }, about);
  }

  async function watch() {
    for (let [first] = waiting; first; [first] = waiting) {
      await sleep(Math.max(1, first.since + QUEUED_AFTER_MS - Date.now()), {
        summary: 'looks for agents that no worker took',
      });
      const due = [...waiting].filter((one) => Date.now() - one.since >= QUEUED_AFTER_MS);
      for (const one of due) {
        waiting.delete(one);
        tell(one);
      }
      if (due.length > 0) void events.publish();
    }
    timer = undefined;
  }

  function start() {
    // An agent that undoes something in a cancelled run waits like any other.
    CancellationScope.nonCancellable(() => {
      timer = new CancellationScope();
      return timer.run(watch);
    }).catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
    });
  }

  return {
    /** Begins to watch an agent; the returned function ends it. `riding` are the events that its activity takes along. */
    add(riding: NewEvent[], about: About): () => void {
      const one = { riding, about, since: Date.now() };
      waiting.add(one);
      if (!timer) start();
      return () => void waiting.delete(one);
    },
    stop: () => timer?.cancel(),
  };
}

export type QueueWatch = ReturnType<typeof createQueueWatch>;
