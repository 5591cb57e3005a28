import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { Logger, NativeConnectionOptions, WorkflowBundle } from '@temporalio/worker';
import type { App } from '../agents/define-app.ts';
import type { ConnectionSettings } from '../client/connection-settings.ts';
import { openConnection } from '../client/open-connection.ts';
import type { Config } from '../config.ts';
import { BatonError } from '../contracts/baton-error.ts';
import type { NewEvent } from '../contracts/event.ts';
import { openStore, type Store } from '../notifier/open-store.ts';
import { withOutbox } from '../notifier/outbox.ts';
import { startRetention } from '../notifier/start-retention.ts';
import { outageLine, type OutageReport } from '../notifier/watch-outages.ts';
import { createDataConverter } from '../payload/data-converter.ts';
import { createSeal } from '../payload/seal.ts';
import { claimTemporal } from '../reconciler/claim-temporal.ts';
import { claimEmbedded } from './claim-embedded.ts';
import { agentLimits, runReconciler } from './run-reconciler.ts';
import { WORKER_END_MS, type UndoList } from './undo-list.ts';

/** How long the reconciler may take to end its round, in milliseconds. */
const RECONCILER_END_MS = 8_000;

type Options = {
  config: Config;
  app: App;
  /** Called when the server has been looked at: bundling takes seconds, and what is wrong there shall be told at once. */
  bundle: () => Promise<WorkflowBundle>;
  connectionOptions: ConnectionSettings['connectionOptions'];
  /** What names that address, for people. */
  source?: string;
  namespace: string;
  /** Shares the worker among users. @default false */
  fair?: boolean;
  logger: Logger;
  /** Gets what ends the worker and what belongs to it, in the order that loses nothing. */
  undo: UndoList;
  /** Gets the events that this process has put into the log, some perhaps twice. @default nobody does */
  onEvents?: (events: readonly NewEvent[]) => void;
  /** Path of the database of the embedded server that this very process has started. @default an external server */
  embedded?: { database: string; say: (line: string) => void };
};

/** The store, whose log says what was put into it. */
function heard(store: Store, onEvents: (events: readonly NewEvent[]) => void): Store {
  const { log } = store;
  const append: Store['log']['append'] = async (events, options) => {
    const appended = await log.append(events, options);
    onEvents(events.filter((_, n) => appended[n]?.status === 'appended'));
    return appended;
  };
  const end =
    log.end &&
    (async (...given: Parameters<NonNullable<Store['log']['end']>>) => {
      await log.end?.(...given);
      onEvents(given[0]);
    });
  const publish: Store['log']['publish'] = async (event) => {
    await log.publish(event);
    onEvents([event]);
  };
  return { ...store, log: { ...log, append, publish, ...(end && { end }) } };
}

/** Whose code is running, where it is an agent's, also in its timers and promises: for an error that nobody caught. */
export function agentAtWork(): { agent?: string; workflowId?: string; attempt?: number } {
  try {
    const { activityType, workflowExecution, attempt } = Context.current().info;
    return { agent: activityType, workflowId: workflowExecution?.workflowId, attempt };
  } catch {
    // Outside of every activity.
    return {};
  }
}

/**
 * A worker with its store, reconciler and retention. `running` settles when it has ended by itself or by `undo`; it
 * rejects with code `foreign_temporal` where another Temporal has taken the place of the log's own.
 *
 * @throws BatonError when Temporal does not answer, the server lacks what Baton needs, or is not the log's own
 */
export async function startWorker({
  config,
  bundle,
  connectionOptions,
  source,
  namespace,
  logger,
  undo,
  onEvents,
  embedded,
  ...how
}: Options) {
  const { NativeConnection } = await import('@temporalio/worker');
  const { createWorker } = await import('../worker.ts');
  const { dataDir, storeUrl, fsync, retentionDays, payloads, taskQueue, maxConcurrentAgents, reconcileMs } = config;
  const report = (outage: OutageReport) => logger.warn(outageLine(outage));
  const opened = await openStore({ url: storeUrl, fsync, retentionDays, keys: payloads.keys, report });
  const store = onEvents ? heard(opened, onEvents) : opened;
  undo.push('the store', store.close);
  await store.refuseMissingKey();
  // The worker's own way to the server tells little of what is wrong with it.
  const looked = await openConnection({ connectionOptions, namespace, source });
  const { address } = connectionOptions;
  const { binding, log } = store;
  const dataConverter = createDataConverter(payloads);
  try {
    const temporal = { connection: looked, namespace, address };
    const warn = (message: string) => logger.warn(message);
    if (!embedded) await claimTemporal({ temporal, binding, log, warn });
    else await claimEmbedded({ temporal, store, ...embedded, dataConverter, limits: agentLimits(how.app), warn });
  } finally {
    await looked.close();
  }
  const connection = await NativeConnection.connect(connectionOptions as NativeConnectionOptions).catch(
    (cause: unknown) => {
      const message = `Temporal does not answer at ${connectionOptions.address}: correct TEMPORAL_ADDRESS`;
      throw new BatonError('NetworkError', message, { cause });
    },
  );
  undo.push("the worker's connection", () => connection.close());
  const { effects, leases, decisions } = store;
  const folder = join(dataDir, 'outbox');
  const notifier = withOutbox(store.log, {
    folder,
    seal: createSeal(payloads.keys),
    leases,
    onPutAside: ({ id, type }, error) =>
      logger.error(`the log refuses an event for good; it is kept in ${join(folder, 'put-aside.jsonl')}`, {
        id,
        type,
        error: String(error),
      }),
  });
  undo.push('the outbox', notifier.close);
  const workflowBundle = await bundle();
  const stores = { notifier, effects, leases, decisions, binding };
  const worker = await createWorker({
    connection,
    namespace,
    address,
    dataConverter,
    ...stores,
    workflowBundle,
    taskQueue,
    maxConcurrentAgents,
    ...how,
  });
  const running = worker.run();
  // Whoever stops it hears of a worker that broke; until then the failure must not end the process.
  running.catch(() => undefined);
  const end = () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    return running;
  };
  undo.push('the worker', end, { withinMs: WORKER_END_MS });
  const warnOf = (what: string) => (error: unknown) => logger.warn(`${what} failed`, { error: String(error) });
  const temporal = { connectionOptions, namespace, dataConverter, app: how.app };
  const reconciling = { store, ...temporal, everyMs: reconcileMs, onError: warnOf('the reconciler') };
  undo.push('the reconciler', await runReconciler(reconciling), { withinMs: RECONCILER_END_MS });
  undo.push('retention', startRetention({ store, retentionDays, onError: warnOf('forgetting old events') }));
  return { store, running };
}
