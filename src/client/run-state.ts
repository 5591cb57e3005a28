import { isGrpcDeadlineError, isGrpcServiceError, type WorkflowClient } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import { STATE_QUERY } from '../contracts/names.ts';
import type { RunState } from '../contracts/run-start.ts';
import { temporalServerOf } from './temporal-server.ts';

/** How long a worker may take to answer, in milliseconds: without a worker the server would let its caller wait. */
const PATIENCE_MS = 10_000;

/** The server's words where none has asked for work lately. */
const NO_POLLER = /no poller seen/;

type Options = { client: WorkflowClient; workflowId: string; patienceMs?: number };

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
    const cause = error instanceof Error ? error.cause : undefined;
    const noPoller = isGrpcServiceError(cause) && NO_POLLER.test(cause.details);
    if (!noPoller && !isGrpcDeadlineError(error)) throw error;
    const { address } = temporalServerOf(client);
    const message = `no worker at ${address} answers for run ${workflowId}: start one by "baton worker"; describe() and events() need none`;
    throw new BatonError('NetworkError', message, { code: 'no_worker', cause: error });
  }
}
