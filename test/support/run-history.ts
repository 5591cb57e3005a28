import { Client, Connection } from '@temporalio/client';
import { shared } from './test-run.ts';

/** A run's history as Temporal keeps it, which the product's own client does not show. */
export function historyOf({ workflowId }: { workflowId: string }) {
  async function fetchHistory() {
    const { address, namespace } = shared();
    const connection = await Connection.connect({ address });
    try {
      return await new Client({ connection, namespace }).workflow.getHandle(workflowId).fetchHistory();
    } finally {
      await connection.close();
    }
  }
  return { fetchHistory };
}
