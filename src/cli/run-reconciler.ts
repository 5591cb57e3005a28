import { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { ConnectionSettings } from '../client/connection-settings.ts';
import { openPlainConnection } from '../client/open-connection.ts';
import type { Store } from '../notifier/open-store.ts';
import { startReconciler } from '../reconciler/start-reconciler.ts';

type Options = {
  store: Store;
  connectionOptions: ConnectionSettings['connectionOptions'];
  namespace: string;
  dataConverter: DataConverter;
  everyMs: number;
  onError: (error: unknown) => void;
};

/** A reconciler with a connection of its own; returns what stops it. */
export async function runReconciler({ store, connectionOptions, everyMs, onError, ...how }: Options) {
  const connection = await openPlainConnection({ connectionOptions, namespace: how.namespace });
  const { workflow: client } = new Client({ connection, ...how });
  const stop = startReconciler({ ...store, client, everyMs, onError });
  return async () => {
    await stop();
    await connection.close();
  };
}
