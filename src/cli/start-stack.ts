import { join } from 'node:path';
import type { WorkflowBundle } from '@temporalio/worker';
import type { App } from '../agents/define-app.ts';
import { connectionSettings, namedTemporal } from '../client/connection-settings.ts';
import type { Config } from '../config.ts';
import type { Store } from '../notifier/open-store.ts';
import { checkRoom } from '../dev/check-room.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { keepPrivate } from '../dev/keep-private.ts';
import { ownDataDir } from '../dev/own-data-dir.ts';
import { databaseIn } from '../dev/server-record.ts';
import { createDataConverter } from '../payload/data-converter.ts';
import { createFileSeal } from '../payload/sealed-file.ts';
import { bundleWorkflows } from '../workflow-bundle/bundle-workflows.ts';
import { devLines } from './dev-lines.ts';
import { embeddedTemporal } from './embedded-temporal.ts';
import { fileLogger } from './file-logger.ts';
import { reportUnhandled } from './guard-process.ts';
import { sdkLogger } from './sdk-logger.ts';
import { undoList, type UndoList } from './undo-list.ts';
import { untilLost } from './until-lost.ts';
import { withSecret } from './with-secret.ts';

/** How long the printed sign-in link is good, in milliseconds: a working day. */
const LINK_TTL_MS = 12 * 60 * 60_000;

/** How long requests under way may go on after it was stopped, in milliseconds: the worker's end follows. */
const CLOSE_GRACE_MS = 3_000;

/** How long the server may take to end, in milliseconds: it is killed after 10 s. */
const SERVER_END_MS = 12_000;

type Options = {
  config: Config;
  /** How this process is called to another one that finds the data folder taken. */
  command: string;
  say: (line: string) => void;
  /** Whose agents work here. @default Baton's own */
  app?: App;
  port?: number;
  patienceMs?: number;
  /** Gets a line for each run, failure and line of an agent's log. @default they are not shown */
  show?: (line: string) => void;
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
  /** Rejects once the event log's file was removed or replaced, or server or worker ended for good; never resolves. */
  lost: Promise<never>;
  stop(): Promise<void>;
};

type UsersOptions = Pick<Options, 'config' | 'say' | 'app'> & {
  store: Store;
  address: string;
  namespace: string;
  undo: UndoList;
};

const never = () => new Promise<never>(() => undefined);

/** A gateway in this process, with a link that signs the local user in. Its log goes to a file: see `fileLogger`. */
async function serveUsers({ undo, say, store, ...options }: UsersOptions) {
  const { startGateway } = await import('../gateway.ts');
  const { signToken } = await import('../gateway/auth/sign-token.ts');
  const config = await withSecret(options.config);
  const logger = fileLogger({ path: join(config.dataDir, 'gateway.log'), say });
  const gateway = await startGateway({ ...options, log: store.log, config, logger, closeGraceMs: CLOSE_GRACE_MS });
  undo.push('the gateway', gateway.close);
  const { jwt } = config;
  const link = jwt.secret && `/#token=${await signToken({ user: 'local', ttlMs: LINK_TTL_MS, jwt })}`;
  say(`page         ${gateway.url}${link ?? ''}`);
  return gateway.url;
}

/**
 * Brings up all roles in this process: the embedded Temporal server (unless the shell names another, see `namedTemporal`), the event
 * log, a worker and, if wished, the gateway. `stop` ends them in the order that loses nothing: gateway, worker, log, server.
 *
 * @throws BatonError naming the process that has the data folder already, or what did not come up
 */
export async function startStack({
  config,
  command,
  say,
  port,
  patienceMs,
  show,
  gateway,
  app: own,
}: Options): Promise<Stack> {
  const { dataDir } = config;
  const undo = undoList();
  try {
    checkRoom(dataDir);
    const owner = await ownDataDir({ dataDir, command, say, patienceMs });
    undo.push('the data folder', owner.release);
    keepPrivate(dataDir, say);
    const launched = Promise.withResolvers<void>();
    const onLaunch = launched.resolve;
    const named = namedTemporal();
    if (named && port !== undefined) {
      const message = `--port is for the embedded server, which is not started: ${named.source} names ${named.address}; leave one of the two out`;
      throw new BatonError('InvalidInput', message, { code: 'bad_setting' });
    }
    const starting = named ? undefined : embeddedTemporal({ config, say, port, onLaunch });
    // Awaited below; until then its failure must not end the process.
    starting?.catch(() => undefined);
    const endServer = async () => (await starting?.catch(() => undefined))?.stop();
    undo.push('the embedded Temporal server', endServer, { withinMs: SERVER_END_MS });
    // A port that is taken is told at once. While the server's process starts, this one loads and bundles for the worker.
    if (starting) await Promise.race([launched.promise, starting]);
    const { Runtime } = await import('@temporalio/worker');
    const { agentAtWork, startWorker } = await import('./start-worker.ts');
    const { costApp } = await import('../agents/cost-app.ts');
    // The process handles signals itself: the worker must be stopped before the server it talks to.
    const sealed = config.payloads.keys.length > 0;
    const toFile = sdkLogger(fileLogger({ path: join(dataDir, 'worker.log'), say }), { sealed });
    const lines = show && devLines({ say: show, sealed });
    const logger = lines?.shown(toFile) ?? toFile;
    const onUnhandled = (what: string, stack: string) => {
      const whose = agentAtWork();
      logger.error(what, { ...whose, stack });
      const where = whose.agent === undefined ? '' : ` in agent ${whose.agent}`;
      say(`${what}${where}: ${stack.split('\n', 1)[0]} (see worker.log)`);
    };
    reportUnhandled(onUnhandled, { sealed });
    Runtime.install({ shutdownSignals: [], logger });
    const app = own ?? costApp({ dataDir, open: createFileSeal(config.payloads.keys).opened });
    let bundling: Promise<WorkflowBundle> | undefined;
    const dataConverter = createDataConverter(config.payloads);
    const bundle = () => (bundling ??= bundleWorkflows({ app, dataConverter, logger }));
    if (starting) bundle().catch(() => undefined);
    const server = await starting;
    const settings = connectionSettings({ address: server?.address, dataDir });
    const { connectionOptions, namespace, ignored } = settings;
    const { address } = connectionOptions;
    if (!server) say(`Temporal     ${address}, by ${settings.source}`);
    if (ignored) say(`             ${ignored}`);
    const temporal = { connectionOptions, namespace, source: settings.source };
    const embedded = server && { database: databaseIn(dataDir), say };
    const how = { logger, undo, onEvents: lines?.onEvents, embedded };
    const { store, running } = await startWorker({ config, app, bundle, ...temporal, ...how });
    const gatewayUrl = gateway ? await serveUsers({ config, store, address, namespace, say, undo, app: own }) : null;
    say(`logs         worker.log${gateway ? ', gateway.log' : ''}${server ? ', temporal.log' : ''} in ${dataDir}`);
    undo.push('the data folder', owner.stopping);
    const lost = Promise.race([untilLost(store), running.then(never), server?.failed ?? never()]);
    // Whoever stays up waits for it; a command that ends by itself need not.
    lost.catch(() => undefined);
    return { uiUrl: server?.uiUrl ?? null, namespace, address, gatewayUrl, lost, stop: undo.run };
  } catch (error) {
    await undo.run().catch(() => undefined);
    throw error;
  }
}
