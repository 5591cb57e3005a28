import { isGrpcCancelledError, isGrpcDeadlineError, isGrpcServiceError, type WorkflowClient } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import { STATE_QUERY } from '../contracts/names.ts';
import type { RunState } from '../contracts/run-start.ts';
import { temporalServerOf } from './temporal-server.ts';

/** How long a worker may take to answer, in milliseconds: without a worker the server would let its caller wait. */
const PATIENCE_MS = 10_000;

/** The server's code for a run that no worker has taken yet, and for a queue that none has asked lately. */
const FAILED_PRECONDITION = 9;

type Options = { client: WorkflowClient; workflowId: string; patienceMs?: number };

function isUnanswered(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  const isEarly = isGrpcServiceError(cause) && (cause.code as number) === FAILED_PRECONDITION;
  return isEarly || isGrpcDeadlineError(error) || isGrpcCancelledError(error);
}

/**
 * The live state of a run, as its own code tells it.
 *
 * @throws BatonError `NetworkError`, code `no_worker`, when no worker answers
 */
export async function runState({ client, workflowId, patienceMs = PATIENCE_MS }: Options): Promise<RunState> {
  try {
    const query = () => client.getHandle(workflowId).query<RunState>(STATE_QUERY);
    return await client.withDeadline(Date.now() + patienceMs, query);
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    const { address } = temporalServerOf(client);
    const message = `no worker at ${address} answers for run ${workflowId}: start one by "baton worker"; describe() and events() need none`;
    throw new BatonError('NetworkError', message, { code: 'no_worker', cause: error });
  }
}
