import { randomUUID } from 'node:crypto';
import type { Info } from '@temporalio/activity';

type Attempt = Pick<Info, 'isLocal' | 'attempt' | 'currentAttemptScheduledTimestampMs'>;

/**
 * Names one attempt of an agent, so that it can be put in order; see `execOrder`. Only chance tells a local activity
 * from the one that ran before its worker was lost: both are attempt 1, and their clocks may be two.
 */
export function execOf(agent: string, { isLocal, attempt, currentAttemptScheduledTimestampMs: at }: Attempt): string {
  return `${agent}.${isLocal ? `${randomUUID().slice(0, 8)}.` : ''}${attempt}.${at}`;
}
