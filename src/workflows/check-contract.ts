// Runs inside the workflow sandbox.
import { CONTRACT_VERSION } from '../contracts/names.ts';
import type { RunStart } from '../contracts/run-start.ts';

/**
 * Refuses a run that asks for more than this worker knows. The error fails the workflow task and not the run: nothing is
 * lost, and the run goes on as soon as a worker that knows its contract takes it.
 */
export function checkContract(workflowId: string, { contract = 1 }: Pick<RunStart, 'contract'>): void {
  if (contract <= CONTRACT_VERSION) return;
  throw new Error(
    `run ${workflowId} was started by a newer client (contract ${contract}), this worker knows contracts up to ` +
      `${CONTRACT_VERSION}: update baton-agents of the workers on this queue; the run waits for one that knows its contract`,
  );
}
