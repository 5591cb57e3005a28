import type { WorkflowClient } from '@temporalio/client';
import type { Evidence } from './evidence.ts';
import { isoOf } from './read-pending.ts';

/** Kinds of tasks in a queue: workflows' and activities'. A worker polls for both. */
const KINDS = [1, 2] as const;

/** Workers that polled a queue in the last minutes, latest first, each with its last poll. */
export async function pollersOf(client: WorkflowClient, taskQueue: string): Promise<Evidence['pollers']> {
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
