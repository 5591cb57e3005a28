// Runs inside the workflow sandbox.
import { CancellationScope, sleep } from '@temporalio/workflow';
import type { NewEvent } from '../contracts/event.ts';
import { QUEUED_AFTER_MS } from '../contracts/names.ts';
import type { About, RunEvents } from './run-events.ts';

type Waiting = { riding: NewEvent[]; about: About; since: number };

/** How long a timer serves the agents that come after the one it was started for, in milliseconds. */
const TIMER_SERVES_MS = 250;

const SUMMARY = 'looks for agents that no worker took';

/**
 * Says of each agent that it waits for a free worker, unless it ends within a second. The workflow cannot see whether
 * the agent began; the log can, and refuses this event where anything was heard of the agent. One timer serves all agents
 * that begin within a quarter of a second: one for each agent cost a run of short agents a tenth of its time. It is started
 * anew for an agent that comes later and alone, since each timer that fires costs the server a task of the workflow: a run
 * on a busy worker had one per second.
 *
 * @param shield scope that no cancel reaches: an agent that undoes something in a cancelled run waits like any other
 */
export function createQueueWatch(events: RunEvents, shield: CancellationScope) {
  const waiting = new Set<Waiting>();
  let timer: { scope: CancellationScope; startedAt: number } | undefined;

  function tell({ riding, about }: Waiting) {
    // What rides on the waiting agent happened before, and is dropped by its identity when it arrives again.
    events.putBack(riding);
    events.emit('agent_queued', { queue_ms: QUEUED_AFTER_MS, reason: 'busy' }, about);
  }

  function look() {
    timer = undefined;
    const due = [...waiting].filter((one) => Date.now() - one.since >= QUEUED_AFTER_MS);
    for (const one of due) {
      waiting.delete(one);
      tell(one);
    }
    if (due.length > 0) void events.publish();
    const [first] = waiting;
    if (first) lookAgain(Math.max(1, first.since + QUEUED_AFTER_MS - Date.now()));
  }

  function lookAgain(ms: number) {
    const scope = new CancellationScope({ parent: shield, cancellable: true });
    timer = { scope, startedAt: Date.now() };
    // A timer is only ever cancelled where nobody waits for it.
    scope.run(() => sleep(ms, { summary: SUMMARY })).then(look, () => undefined);
  }

  return {
    /** Begins to watch an agent; the returned function ends it. `riding` are the events that its activity takes along. */
    add(riding: NewEvent[], about: About): () => void {
      const one = { riding, about, since: Date.now() };
      if (timer && waiting.size === 0 && Date.now() - timer.startedAt > TIMER_SERVES_MS) {
        timer.scope.cancel();
        timer = undefined;
      }
      waiting.add(one);
      if (!timer) lookAgain(QUEUED_AFTER_MS);
      return () => void waiting.delete(one);
    },
    /**
     * Nobody is watched any more. The timer is cancelled: one that fires while the run's last task is under way makes the
     * server refuse that task, and all of it is done again.
     */
    stop() {
      waiting.clear();
      timer?.scope.cancel();
    },
  };
}

export type QueueWatch = ReturnType<typeof createQueueWatch>;
