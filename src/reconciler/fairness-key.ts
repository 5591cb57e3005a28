import { createHash } from 'node:crypto';

/**
 * Key by which the server hands out backlogged work by user in turn: the tasks of a workflow as well as its activities,
 * which inherit it. Short, because an over-long one fails every workflow task.
 */
export function fairnessKey(userId: string): string {
  return createHash('sha256').update(userId).digest('hex').slice(0, 32);
}
