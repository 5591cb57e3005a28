import { WorkflowUpdateFailedError, type WorkflowClient } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import { isMissing } from './missing-run.ts';

/** How long a worker may take to answer before the message is left for the next one, in milliseconds. */
const PATIENCE_MS = 5_000;

type Options = { client: WorkflowClient; workflowId: string; message: string; payload: object; patienceMs?: number };

/**
 * Sends a message as an update, which answers and is refused with a reason. Where no worker answers, Temporal is left the
 * signal of the same name, which it keeps until one comes; taken twice, the message changes nothing.
 *
 * @throws BatonError `InvalidInput` when the run refuses it
 */
export async function tellRun({ client, workflowId, message, payload, patienceMs = PATIENCE_MS }: Options) {
  const run = client.getHandle(workflowId);
  try {
    const update = () => run.executeUpdate(message, { args: [payload] });
    await client.withDeadline(Date.now() + patienceMs, update);
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      throw new BatonError('InvalidInput', error.cause?.message ?? error.message, { cause: error });
    }
    // A server that is away, or refuses its caller, answers the signal the same way.
    if (isMissing(error)) throw error;
    await client.withDeadline(Date.now() + patienceMs, () => run.signal(message, payload));
  }
}
