// Runs inside the workflow sandbox.
import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { NewEvent } from '../contracts/event.ts';
import { QUEUED_AFTER_MS } from '../contracts/names.ts';
import type { About, RunEvents } from './run-events.ts';

/**
 * Says that an agent waits for a free worker, unless the returned function is called within a second. The workflow
 * cannot see whether the agent began; the log can, and refuses this event where anything was heard of the agent.
 */
export function tellQueued(events: RunEvents, riding: NewEvent[], about: About): () => void {
  const waiting = new CancellationScope();
  const told = waiting.run(async () => {
    await sleep(QUEUED_AFTER_MS);
    // What rides on the waiting agent happened before, and is dropped by its identity when it arrives again.
    events.putBack(riding);
    events.emit('agent_queued', { queue_ms: QUEUED_AFTER_MS, reason: 'busy' }, about);
    await events.publish();
  });
  told.catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
  });
  return () => waiting.cancel();
}
