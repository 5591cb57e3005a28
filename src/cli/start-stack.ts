import { join } from 'node:path';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { connectionSettings } from '../client/connection-settings.ts';
import type { Config } from '../config.ts';
import { BatonError } from '../contracts/baton-error.ts';
import type { Store } from '../notifier/open-store.ts';
import { createDataConverter } from '../payload/data-converter.ts';
import { checkRoom } from '../dev/check-room.ts';
import { ownDataDir } from '../dev/own-data-dir.ts';
import { bundleWorkflows } from './bundle-workflows.ts';
import { embeddedTemporal } from './embedded-temporal.ts';
import { fileLogger } from './file-logger.ts';
import { runReconciler } from './run-reconciler.ts';
import { withSecret } from './with-secret.ts';

/** How often runs without an end are looked after, in milliseconds: on one machine that costs next to nothing. */
const RECONCILE_MS = 5_000;

/** How long the printed sign-in link is good, in milliseconds: a working day. */
const LINK_TTL_MS = 12 * 60 * 60_000;

type Options = {
  config: Config;
  /** How this process is called to another one that finds the data folder taken. */
  command: string;
  say: (line: string) => void;
  port?: number;
  patienceMs?: number;
  /** Also serve users over HTTP. @default false */
  gateway?: boolean;
};

export type Stack = {
  /** Null where the Temporal server is not ours. */
  uiUrl: string | null;
  namespace: string;
  address: string;
  /** The gateway, where there is one. */
  gatewayUrl: string | null;
  stop(): Promise<void>;
};

/** Things to undo, in reverse order of their making; one that fails does not keep the others from being undone. */
function undoList() {
  const undos: (() => void | Promise<void>)[] = [];
  return {
    push: (undo: () => void | Promise<void>) => void undos.push(undo),
    async run() {
      const errors: unknown[] = [];
      for (const undo of undos.splice(0).reverse()) {
        await Promise.resolve()
          .then(undo)
          .catch((error: unknown) => errors.push(error));
      }
      if (errors.length > 0) throw errors[0];
    },
  };
}

type UsersOptions = Pick<Options, 'config' | 'say'> & { store: Store; address: string; namespace: string };

/** A gateway in this process, with a link that signs the local user in. Its log goes to a file: see `fileLogger`. */
async function serveUsers({ undo, say, store, ...options }: UsersOptions & { undo: ReturnType<typeof undoList> }) {
  const { startGateway } = await import('../gateway.ts');
  const { signToken } = await import('../gateway/auth/sign-token.ts');
  const { pino } = await import('pino');
  const config = await withSecret(options.config);
  const logger = pino(pino.destination({ dest: join(config.dataDir, 'gateway.log'), mkdir: true, sync: false }));
  const gateway = await startGateway({ ...options, log: store.log, config, logger });
  undo.push(gateway.close);
  const { jwt } = config;
  const link = jwt.secret && `/#token=${await signToken({ user: 'local', ttlMs: LINK_TTL_MS, jwt })}`;
  say(`page         ${gateway.url}${link ?? ''}`);
  return gateway.url;
}

/**
 * Brings up all roles in this process: the embedded Temporal server (unless TEMPORAL_ADDRESS names another), the event
 * log, a worker and, if wished, the gateway. `stop` ends them in the order that loses nothing: gateway, worker, log, server.
 *
 * @throws BatonError naming the process that has the data folder already, or what did not come up
 */
export async function startStack({ config, command, say, port, patienceMs, gateway }: Options): Promise<Stack> {
  const { dataDir } = config;
  const undo = undoList();
  try {
    checkRoom(dataDir);
    const owner = await ownDataDir({ dataDir, command, say, patienceMs });
    undo.push(owner.release);
    // Begun first: while the server's process starts, this one loads and bundles what the worker needs.
    const starting = process.env.TEMPORAL_ADDRESS ? undefined : embeddedTemporal({ config, say, port });
    // Awaited below; until then its failure must not end the process.
    starting?.catch(() => undefined);
    undo.push(async () => (await starting?.catch(() => undefined))?.stop());
    const { NativeConnection, Runtime } = await import('@temporalio/worker');
    const { createWorker } = await import('../worker.ts');
    const { costApp } = await import('../agents/cost-app.ts');
    const { openStore } = await import('../notifier/open-store.ts');
    const { withOutbox } = await import('../notifier/outbox.ts');
    const { startRetention } = await import('../notifier/start-retention.ts');
    // The process handles signals itself: the worker must be stopped before the server it talks to.
    const logger = fileLogger({ path: join(dataDir, 'worker.log') });
    Runtime.install({ shutdownSignals: [], logger });
    const app = costApp({ dataDir });
    const [server, workflowBundle] = await Promise.all([starting, bundleWorkflows({ app, logger })]);
    const { connectionOptions, namespace } = connectionSettings({ address: server?.address, dataDir });
    const { address } = connectionOptions;
    const { storeUrl, fsync, retentionDays } = config;
    const store = await openStore({ url: storeUrl, fsync, retentionDays });
    undo.push(store.close);
    const connection = await NativeConnection.connect(connectionOptions as NativeConnectionOptions).catch(
      (cause: unknown) => {
        throw new BatonError('NetworkError', `Temporal does not answer at ${address}: correct TEMPORAL_ADDRESS`, {
          cause,
        });
      },
    );
    undo.push(() => connection.close());
    const { effects, leases } = store;
    const dataConverter = createDataConverter(config.payloads);
    const notifier = withOutbox(store.log, { folder: join(dataDir, 'outbox') });
    undo.push(notifier.close);
    const temporal = { connection, namespace, dataConverter };
    const worker = await createWorker({ ...temporal, app, workflowBundle, notifier, effects, leases });
    const running = worker.run();
    // Whoever stops the stack hears of a worker that broke; until then the failure must not end the process.
    running.catch(() => undefined);
    undo.push(() => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      return running;
    });
    const everyMs = config.reconcileMs ?? RECONCILE_MS;
    const warnOf = (what: string) => (error: unknown) => logger.warn(`${what} failed`, { error: String(error) });
    const onError = warnOf('the reconciler');
    undo.push(await runReconciler({ store, connectionOptions, namespace, dataConverter, everyMs, onError }));
    undo.push(startRetention({ store, retentionDays, onError: warnOf('forgetting old events') }));
    const gatewayUrl = gateway ? await serveUsers({ config, store, address, namespace, say, undo }) : null;
    undo.push(owner.stopping);
    return { uiUrl: server?.uiUrl ?? null, namespace, address, gatewayUrl, stop: undo.run };
  } catch (error) {
    await undo.run().catch(() => undefined);
    throw error;
  }
}
