import { createServer as createPlainServer, type Server } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { pino, type Logger } from 'pino';
import { connect, type ConnectOptions } from './client.ts';
import { connectionSettings } from './client/connection-settings.ts';
import { openConnection } from './client/open-connection.ts';
import { openFeedSource } from './client/feed-source.ts';
import { createStatsReader } from './client/stats-reader.ts';
import type { Config } from './config.ts';
import { REDACTED_LINES } from './contracts/redact.ts';
import { isAllowedHost } from './gateway/allowed-host.ts';
import { createServer } from './gateway/create-server.ts';
import { createTokenVerifier } from './gateway/auth/create-token-verifier.ts';
import { createOpenStreams } from './gateway/feed/open-streams.ts';
import { createRunFolds } from './client/run-folds.ts';
import { createSnapshots } from './gateway/feed/snapshot.ts';
import { createTails } from './gateway/feed/user-tails.ts';
import type { GatewayContext } from './gateway/gateway-context.ts';
import { listenOnFreePort } from './gateway/listen-on-free-port.ts';
import { createMetrics, type Metrics } from './gateway/metrics.ts';
import { createRunShower } from './gateway/runs/shown-run.ts';
import { createPathHider, withoutHostPaths } from './gateway/without-host-paths.ts';
import { refusedAgentOf, workflowCatalog } from './gateway/runs/workflow-catalog.ts';
import type { EventLog } from './notifier/event-log.ts';
import { createDataConverter } from './payload/data-converter.ts';
import { createFileSeal } from './payload/sealed-file.ts';

export type GatewayOptions = {
  config: Config;
  log: EventLog;
  /** @default as for a client */
  address?: string;
  /** @default as for a client */
  namespace?: string;
  /** @default BATON_TASK_QUEUE */
  taskQueue?: string;
  /** How long Temporal may take to answer a call, in milliseconds. @default 10000 */
  callTimeoutMs?: number;
  /** @default Baton's own agents */
  app?: ConnectOptions['app'];
  /** @default JSON lines on stdout */
  logger?: Logger;
  /** Streams that one user may have open at once. @default 20 */
  streamsPerUser?: number;
  /** How often peers are asked whether they are alive, and quiet streams give a sign of life, in milliseconds. @default 15000 */
  pingMs?: number;
  /** How long a full stream may stay full, in milliseconds. @default 10000 */
  slowReaderMs?: number;
  /** Range of the delay readers are told to wait before they come back, in milliseconds. @default [250, 5000] */
  retryMs?: [min: number, max: number];
  /** Requests that one user may send in a minute, or one address without a token. @default 1200 */
  requestsPerMinute?: number;
  /** How long requests under way may go on after `close`, in milliseconds. @default 10000 */
  closeGraceMs?: number;
  /** Largest upload in bytes. @default 536870912 */
  maxUploadBytes?: number;
  /** Bytes of one user's uploads together. @default BATON_UPLOAD_BYTES_PER_USER */
  uploadBytesPerUser?: number;
  /** Uploads that one user may keep. @default BATON_UPLOADS_PER_USER */
  uploadsPerUser?: number;
};

export type Gateway = {
  url: string;
  /** Says goodbye to every open stream, lets requests end for as long as `closeGraceMs`, and closes. */
  close(): Promise<void>;
};

/** It may start at the same moment as its server; whoever types a command wants to know of a wrong address sooner. */
const CONNECT_TIMEOUT_MS = 10_000;

const WEB_DIR = fileURLToPath(new URL('../web/dist', import.meta.url));

type MetricsOptions = { host: string; port: number; publicHosts: string[]; onError: (error: unknown) => void };

async function serveMetricsAlone(
  metrics: Metrics,
  { host, port, publicHosts, onError }: MetricsOptions,
): Promise<Server> {
  const server = createPlainServer((request, response) => {
    if (!isAllowedHost(request.headers, publicHosts)) return response.writeHead(403).end();
    if (request.url !== '/metrics') return response.writeHead(404).end();
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      (error: unknown) => {
        onError(error);
        response.writeHead(503).end();
      },
    );
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen({ host, port }, resolve);
  await promise;
  server.on('error', onError);
  return server;
}

/**
 * Starts the gateway: HTTP, WebSocket and server-sent events for users. Acts on each user's behalf by their token.
 *
 * @throws BatonError naming the port that is taken, or the address at which Temporal does not answer, what the server
 *   lacks, or that it is not the one that the log belongs to (code `foreign_temporal`)
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const {
    config,
    log: store,
    app,
    callTimeoutMs,
    logger = pino(REDACTED_LINES),
    pingMs = 15_000,
    slowReaderMs = 10_000,
  } = options;
  const { streamsPerUser = 20, retryMs = [250, 5_000], requestsPerMinute = 1_200 } = options;
  const { closeGraceMs = 10_000, maxUploadBytes = 512 * 1024 * 1024 } = options;
  const { dataDir, http, jwt } = config;
  const { taskQueue = config.taskQueue } = options;
  const { uploadBytesPerUser = http.uploadBytesPerUser, uploadsPerUser = http.uploadsPerUser } = options;
  const settings = connectionSettings({ connectTimeoutMs: CONNECT_TIMEOUT_MS, ...options, dataDir });
  const { namespace } = settings;
  const paths = createPathHider({ dataDir });
  const log = withoutHostPaths(store, paths);
  const shownOf = createRunShower(app?.manifest());
  const connection = await openConnection(settings);
  const feed = await openFeedSource({ ...config, callTimeoutMs });
  const dataConverter = createDataConverter(config.payloads);
  const { workflow: client } = new Client({ connection, namespace });
  await feed.temporal.claim(client, { bind: true, warn: (message) => logger.warn(message) }).catch(async (error) => {
    await feed.close();
    await connection.close();
    throw error;
  });
  const shared = { connection, feed, dataConverter, userConcurrency: config.userConcurrency };
  const streams = createOpenStreams({ maxPerUser: streamsPerUser, pingMs, retryMs });
  const metrics = createMetrics({
    openStreams: streams.count,
    stats: createStatsReader(log),
    onError: (error) => logger.warn({ err: error }, 'the log was not read for the metrics'),
  });
  const foldOf = createRunFolds(log);
  const context: GatewayContext = {
    log,
    tails: createTails(log),
    foldOf,
    snapshotOf: createSnapshots(log, foldOf),
    streams,
    verify: createTokenVerifier(jwt),
    clientOf: (user) => connect({ user, app, namespace, taskQueue, callTimeoutMs, shared }),
    async pingTemporal() {
      await feed.temporal.refuseForeign(client);
      return connection.workflowService.getSystemInfo({});
    },
    shown: (view) => paths.errors(shownOf(view)),
    withoutPaths: paths.texts,
    refusedAgentOf: (run) => refusedAgentOf({ ...run, app }),
    workflows: await workflowCatalog({ app, adhocPlans: http.adhocPlans }),
    uploads: {
      dir: join(dataDir, 'uploads'),
      maxBytes: maxUploadBytes,
      files: createFileSeal(config.payloads.keys),
      maxUserBytes: uploadBytesPerUser,
      maxUserFiles: uploadsPerUser,
      keepMs: config.retentionDays * 86_400_000,
    },
    allowedOrigins: http.allowedOrigins,
    publicHosts: http.publicHosts,
    retryMs,
    pingMs,
    slowReaderMs,
  };
  const server = await createServer({
    context,
    metrics,
    serveMetrics: http.metricsPort === undefined,
    logger,
    requestsPerMinute,
    closeGraceMs,
    webDir: WEB_DIR,
  });
  const onServerError = (error: unknown) => logger.warn({ err: error }, 'a connection was not accepted');
  // Without a listener one that cannot be accepted, for want of file descriptors, would end the process.
  server.server.on('error', onServerError);
  let alone: Server | undefined;

  async function close() {
    streams.closeAll('restart');
    await server.close();
    alone?.close();
    await feed.close();
    await connection.close();
  }

  try {
    const url = await listenOnFreePort(server, http);
    if (http.metricsPort !== undefined)
      alone = await serveMetricsAlone(metrics, { ...http, port: http.metricsPort, onError: onServerError });
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}
