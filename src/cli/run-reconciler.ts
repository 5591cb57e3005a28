import { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { ConnectionSettings } from '../client/connection-settings.ts';
import { openPlainConnection } from '../client/open-connection.ts';
import type { App } from '../agents/define-app.ts';
import { limitsOf } from '../agents/limits-of.ts';
import type { RunStart } from '../contracts/run-start.ts';
import type { Store } from '../notifier/open-store.ts';
import { startReconciler } from '../reconciler/start-reconciler.ts';

/** Limits of an app's agents, as a run's start has them. */
export function agentLimits({ agents }: App): RunStart['limits'] {
  return Object.fromEntries(agents.map((agent) => [agent.name, limitsOf(agent)]));
}

type Options = {
  store: Store;
  connectionOptions: ConnectionSettings['connectionOptions'];
  namespace: string;
  dataConverter: DataConverter;
  everyMs: number;
  onError: (error: unknown) => void;
  /** Whose agents work here. @default not known */
  app?: App;
};

/** A reconciler with a connection of its own; returns what stops it. */
export async function runReconciler({ store, connectionOptions, everyMs, onError, app, ...how }: Options) {
  const connection = await openPlainConnection({ connectionOptions, namespace: how.namespace });
  const { workflow: client } = new Client({ connection, ...how });
  const stop = startReconciler({ ...store, client, everyMs, onError, limits: app && agentLimits(app) });
  return async () => {
    await stop();
    await connection.close();
  };
}
