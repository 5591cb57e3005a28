import { Connection } from '@temporalio/client';
import { channelArgs } from '../temporal/loopback.ts';

const NAMESPACE = 'default';

/** How long a server may take to answer, in milliseconds: one that hangs is asked again. */
const ANSWER_MS = 5_000;

/**
 * Whether the server answers and is set up: its namespace exists and keeps closed runs for `retentionDays`; a
 * development server keeps them one day only.
 */
export async function prepareNamespace({
  address,
  retentionDays,
}: {
  address: string;
  retentionDays: number;
}): Promise<boolean> {
  let connection: Connection;
  try {
    connection = await Connection.connect({ address, connectTimeout: 1_000, channelArgs: channelArgs(address) });
  } catch {
    return false;
  }
  try {
    const workflowExecutionRetentionTtl = { seconds: (retentionDays * 86_400) as never };
    const config = { workflowExecutionRetentionTtl };
    const update = () => connection.workflowService.updateNamespace({ namespace: NAMESPACE, config });
    await connection.withDeadline(Date.now() + ANSWER_MS, update);
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}
