import { join } from 'node:path';
import type { Logger, NativeConnectionOptions, WorkflowBundle } from '@temporalio/worker';
import type { App } from '../agents/define-app.ts';
import type { ConnectionSettings } from '../client/connection-settings.ts';
import { openConnection } from '../client/open-connection.ts';
import type { Config } from '../config.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { openStore } from '../notifier/open-store.ts';
import { withOutbox } from '../notifier/outbox.ts';
import { startRetention } from '../notifier/start-retention.ts';
import { outageLine, type OutageReport } from '../notifier/watch-outages.ts';
import { createDataConverter } from '../payload/data-converter.ts';
import { runReconciler } from './run-reconciler.ts';
import type { UndoList } from './undo-list.ts';

type Options = {
  config: Config;
  app: App;
  /** Called when the server has been looked at: bundling takes seconds, and what is wrong there shall be told at once. */
  bundle: () => Promise<WorkflowBundle>;
  connectionOptions: ConnectionSettings['connectionOptions'];
  namespace: string;
  /** @default 'baton' */
  taskQueue?: string;
  /** Shares the worker among users. @default false */
  fair?: boolean;
  logger: Logger;
  /** How often runs without an end are looked after, in milliseconds. */
  reconcileMs: number;
  /** Gets what ends the worker and what belongs to it, in the order that loses nothing. */
  undo: UndoList;
};

/**
 * A worker with its store, reconciler and retention. `running` settles when it has ended by itself or by `undo`.
 *
 * @throws BatonError when Temporal does not answer, or the server lacks what Baton needs
 */
export async function startWorker({
  config,
  bundle,
  connectionOptions,
  namespace,
  logger,
  reconcileMs,
  undo,
  ...how
}: Options) {
  const { NativeConnection } = await import('@temporalio/worker');
  const { createWorker } = await import('../worker.ts');
  const { dataDir, storeUrl, fsync, retentionDays, payloads } = config;
  const report = (outage: OutageReport) => logger.warn(outageLine(outage));
  const store = await openStore({ url: storeUrl, fsync, retentionDays, report });
  undo.push(store.close);
  // The worker's own way to the server tells little of what is wrong with it.
  const looked = await openConnection({ connectionOptions, namespace });
  await looked.close();
  const connection = await NativeConnection.connect(connectionOptions as NativeConnectionOptions).catch(
    (cause: unknown) => {
      const message = `Temporal does not answer at ${connectionOptions.address}: correct TEMPORAL_ADDRESS`;
      throw new BatonError('NetworkError', message, { cause });
    },
  );
  undo.push(() => connection.close());
  const { effects, leases } = store;
  const dataConverter = createDataConverter(payloads);
  const notifier = withOutbox(store.log, { folder: join(dataDir, 'outbox') });
  undo.push(notifier.close);
  const workflowBundle = await bundle();
  const stores = { notifier, effects, leases };
  const worker = await createWorker({ connection, namespace, dataConverter, ...stores, workflowBundle, ...how });
  const running = worker.run();
  // Whoever stops it hears of a worker that broke; until then the failure must not end the process.
  running.catch(() => undefined);
  undo.push(() => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    return running;
  });
  const warnOf = (what: string) => (error: unknown) => logger.warn(`${what} failed`, { error: String(error) });
  const temporal = { connectionOptions, namespace, dataConverter };
  undo.push(await runReconciler({ store, ...temporal, everyMs: reconcileMs, onError: warnOf('the reconciler') }));
  undo.push(startRetention({ store, retentionDays, onError: warnOf('forgetting old events') }));
  return { store, running };
}
