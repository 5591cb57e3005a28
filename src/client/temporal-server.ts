import type { Connection, WorkflowClient } from '@temporalio/client';

/** Which server, and what of it: whatever goes wrong there is told with both. */
export type TemporalServer = { address: string; namespace: string };

/** The server that a client talks to. */
export function temporalServerOf({ connection, options }: WorkflowClient): TemporalServer {
  const { address = 'an address of its own' } = (connection as Partial<Connection>).options ?? {};
  return { address, namespace: options.namespace };
}
