import type { WorkflowClient } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import type { FeedSource } from './feed-source.ts';
import { temporalServerOf } from './temporal-server.ts';

// The reconciler, which may not import the client, must mean the same by it.
export { isMissing, isNamespaceMissing } from '../reconciler/missing.ts';

/** The same words for a run of somebody else and for one that never was. */
export function noSuchRun(runId: string, cause?: unknown): BatonError {
  return new BatonError('InvalidInput', `there is no run "${runId}"`, { code: 'not_found', cause });
}

type Where = { client: WorkflowClient; feed: FeedSource; workflowId: string; userId: string; runId: string };

const REMEDY =
  'it is stalled and has not ended: try again once the right Temporal is back, or, if that is lost for good, end its runs ' +
  'by "baton doctor --rebind" (see unknown_to_temporal in docs/operate.md)';

/**
 * What is true of a run that Temporal does not have. By the log it may be open all the same (`NetworkError`, code
 * `unknown_to_temporal`), or have ended so long ago that Temporal has forgotten it (`InvalidInput`, code `not_open`);
 * else there is no such run.
 *
 * @throws BatonError `InvalidInput`, code `foreign_temporal`, where it was a stranger who does not have it
 */
export async function missingRun(where: Where, cause: unknown): Promise<BatonError> {
  const { client, feed, workflowId, userId, runId } = where;
  await feed.temporal.vouch(client);
  // A log that is down has no word.
  const standings = await feed.log.standings({ userId, workflowIds: [workflowId] }).catch(() => undefined);
  const standing = standings?.get(workflowId);
  if (!standing) return noSuchRun(runId, cause);
  const { ending } = standing;
  if (ending) {
    const message = `run ${runId} is ${ending.status} since ${ending.endedAt}, and Temporal no longer has it`;
    return new BatonError('InvalidInput', message, { code: 'not_open', cause });
  }
  const [first] = await feed.log.read({ userId, runId, after: 0, limit: 1 });
  const { address } = temporalServerOf(client);
  const since = first ? ` since ${first.at}` : '';
  const message = `Temporal at ${address} does not have run "${runId}", which is open in the log${since}; ${REMEDY}`;
  return new BatonError('NetworkError', message, { code: 'unknown_to_temporal', cause });
}
