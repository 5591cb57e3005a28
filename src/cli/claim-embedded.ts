import { Client, type Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { BatonError } from '../contracts/baton-error.ts';
import type { RunStart } from '../contracts/run-start.ts';
import type { Store } from '../notifier/open-store.ts';
import { claimTemporal } from '../reconciler/claim-temporal.ts';
import { rebindTemporal } from '../reconciler/rebind-temporal.ts';
import type { Temporal } from '../reconciler/temporal-identity.ts';

type Options = {
  temporal: Temporal & { connection: Connection };
  store: Store;
  /** Path of the embedded server's database. */
  database: string;
  dataConverter: DataConverter;
  limits: RunStart['limits'];
  warn: (message: string) => void;
  say: (line: string) => void;
};

async function isEmpty({ connection, namespace }: Temporal): Promise<boolean> {
  const { executions } = await connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 });
  return (executions ?? []).length === 0;
}

/**
 * Makes sure that the embedded server which this process has started is the log's own. Where its database was emptied,
 * the log is rebound: of this server nobody else can have taken the place.
 *
 * @throws BatonError `InvalidInput` with code `foreign_temporal` where the log belongs to any other Temporal
 */
export async function claimEmbedded({ temporal, store, database, dataConverter, limits, warn, say }: Options) {
  const { binding, log } = store;
  try {
    await claimTemporal({ temporal, binding, log, embedded: database, warn });
    if (await binding.read()) return;
    // A log of before bindings, whose runs this server does not have.
    if (!(await isEmpty(temporal))) return;
  } catch (error) {
    const record = await binding.read();
    const isForeign = error instanceof BatonError && error.code === 'foreign_temporal';
    if (!isForeign || record?.current.embedded !== database || !(await isEmpty(temporal))) throw error;
  }
  const { connection, namespace } = temporal;
  const { workflow: client } = new Client({ connection, namespace, dataConverter });
  const { lost, undoing } = await rebindTemporal({ client, temporal, store, embedded: database, limits });
  const runs = lost.length + undoing.length;
  say(`Temporal     its database ${database} was emptied: the log is bound to the new one, ${runs} open runs are lost`);
}
