import { createHash } from 'node:crypto';

/** Key by which the server shares workers among users: short, because an over-long one fails every workflow task. */
export function fairnessKey(userId: string): string {
  return createHash('sha256').update(userId).digest('hex').slice(0, 32);
}
