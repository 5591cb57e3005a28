import type { WorkflowClient } from '@temporalio/client';
import { isoOf } from './iso-of.ts';

/** A worker of a queue, and when it polled last, in ISO 8601 UTC. */
export type Poller = { identity: string; last_polled_at: string };

/** Kinds of tasks in a queue: workflows' and activities'. A worker polls for both. */
const KINDS = [1, 2] as const;

/** Whether a worker polled after a task was there to be taken, `dueAt` in milliseconds: then somebody is there. */
export function polledSince(pollers: readonly Poller[], dueAt: number): boolean {
  return pollers.some(({ last_polled_at }) => Date.parse(last_polled_at) > dueAt);
}

/** Workers that polled a queue in the last minutes, latest first, each with its last poll. */
export async function pollersOf(client: WorkflowClient, taskQueue: string): Promise<Poller[]> {
  const { namespace } = client.options;
  const last = new Map<string, string>();
  for (const taskQueueType of KINDS) {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      taskQueueType,
    });
    for (const { identity, lastAccessTime } of pollers ?? []) {
      const at = isoOf(lastAccessTime) ?? '';
      const name = identity || 'without a name';
      if (at > (last.get(name) ?? '')) last.set(name, at);
    }
  }
  const found = [...last].map(([identity, last_polled_at]) => ({ identity, last_polled_at }));
  return found.sort((a, b) => (a.last_polled_at < b.last_polled_at ? 1 : -1));
}
