import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerOptions } from 'node:http';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { FEED_PROTOCOL } from '../contracts/feed-frame.ts';
import { redact } from '../contracts/redact.ts';
import { collectMethods } from './allowed-methods.ts';
import { isAllowedHost } from './allowed-host.ts';
import { isAllowedOrigin } from './allowed-origin.ts';
import { authenticate } from './auth/authenticate.ts';
import { answerBadHandshake, answerBelowRoutes, answerClientError } from './below-routes.ts';
import { addBodyParsers } from './body-parsers.ts';
import { boundDrain } from './bound-drain.ts';
import { finishRequests } from './finish-requests.ts';
import type { GatewayContext } from './gateway-context.ts';
import { limitKey } from './limit-key.ts';
import type { Metrics } from './metrics.ts';
import { Problem } from './problem.ts';
import { feedRoutes } from './routes/feed-routes.ts';
import { healthRoutes } from './routes/health-routes.ts';
import { actionRoutes } from './routes/action-routes.ts';
import { runRoutes } from './routes/run-routes.ts';
import { statsRoutes } from './routes/stats-routes.ts';
import { uploadRoutes } from './routes/upload-routes.ts';
import { workflowRoutes } from './routes/workflow-routes.ts';
import { spendWork } from './work-budget.ts';
import { toProblem } from './to-problem.ts';
import { createUploadStore } from './uploads/upload-store.ts';

/**
 * Largest body and largest frame from a client, and largest headers, in bytes. Routes that take more, or nothing, say so
 * themselves. Clients of the feed have nothing to say.
 */
const MAX_BODY_BYTES = 1_048_576;
const MAX_HEADER_BYTES = 16_384;
const MAX_FRAME_BYTES = 4_096;

/** For a whole request, body included: an upload of 512 MB takes seven minutes over a line of 10 Mbit/s. */
const REQUEST_TIMEOUT_MS = 900_000;

type Options = {
  context: GatewayContext;
  metrics: Metrics;
  serveMetrics: boolean;
  logger: FastifyBaseLogger;
  requestsPerMinute: number;
  /** How long requests may go on after the server was told to close, in milliseconds. */
  closeGraceMs: number;
  /** Folder of the built page. */
  webDir: string;
};

/** Other upgrades, such as `h2c` of curl, are offers that may be ignored. From Node 24.9 on; older ones refuse them. */
const isWebSocket = ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket';

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Builds the HTTP server with everything it serves; the caller listens and closes. */
export async function createServer(options: Options) {
  const { context, metrics, serveMetrics, logger, requestsPerMinute, closeGraceMs, webDir } = options;
  const server = Fastify({
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply as never),
    clientErrorHandler: answerClientError,
    // Who names no host is refused below like everybody who names a wrong one, by a problem.
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      requireHostHeader: false,
      shouldUpgradeCallback: isWebSocket,
    } as ServerOptions,
    loggerInstance: logger,
    bodyLimit: MAX_BODY_BYTES,
    genReqId: () => randomUUID(),
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: 512 },
    forceCloseConnections: true,
    // It bounds the steps of closing as well: by default 10 s, after which the close fails where it only waits.
    pluginTimeout: closeGraceMs + 10_000,
  }).withTypeProvider<ZodTypeProvider>();
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);

  function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
    const problem = toProblem(error, { maxBodyBytes: request.routeOptions?.bodyLimit });
    // What is away fails every request of an outage: a line for each, and no stacks.
    if (problem.status === 503) request.log.warn(`${problem.code}: ${messageOf(problem.cause ?? error)}`);
    else if (problem.status >= 500) request.log.error({ err: error }, problem.message);
    const instance = request.url.split('?')[0];
    const body = { ...redact({ ...context.withoutPaths(problem.body), instance }), request_id: request.id };
    return reply
      .code(problem.status)
      .headers(problem.headers)
      .type('application/problem+json')
      .send(JSON.stringify(body));
  }
  server.setErrorHandler(answerError);
  const methodsOf = collectMethods(server as never);
  server.setNotFoundHandler(({ method, url }) => {
    const path = url.split('?')[0] ?? '';
    const allow = methodsOf(path).join(', ');
    if (!allow) throw new Problem({ code: 'not_found', detail: `there is no ${method} ${path}` });
    throw new Problem({ code: 'method_not_allowed', detail: `${path} serves ${allow}`, headers: { allow } });
  });
  addBodyParsers(server as never);
  answerBelowRoutes(server.server);
  await server.register(websocket, {
    // Goodbyes with a reason and a delay are said by the gateway before the server closes.
    preClose: (done) => done(),
    options: {
      maxPayload: MAX_FRAME_BYTES,
      handleProtocols: (offered) => (offered.has(FEED_PROTOCOL) ? FEED_PROTOCOL : false),
    },
    errorHandler: (error, socket, request) => {
      request.log.debug({ err: error }, 'a feed socket failed');
      socket.terminate();
    },
  });
  server.websocketServer.on('wsClientError', answerBadHandshake);
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    // A refused upgrade has no status a browser could see, so the feed itself answers with a close code.
    if (request.ws) return;
    if (!isAllowedHost(request.headers, context.publicHosts)) {
      throw new Problem({ code: 'host_refused', detail: 'add the name to BATON_PUBLIC_HOSTS' });
    }
    if (isAllowedOrigin(request.headers, context.allowedOrigins)) return;
    throw new Problem({ code: 'origin_refused', detail: 'add the origin to BATON_ALLOWED_ORIGINS' });
  });
  metrics.observe(server as never);
  finishRequests(server as never, { graceMs: closeGraceMs });
  boundDrain(server as never);

  await server.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        frameAncestors: ["'none'"],
        // A gateway on plain HTTP at home must stay reachable.
        upgradeInsecureRequests: null,
      },
    },
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  await server.register(cors, {
    origin: context.allowedOrigins,
    // An OPTIONS that is no preflight is a request like any other.
    strictPreflight: false,
    methods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'last-event-id', 'x-file-name'],
    exposedHeaders: ['x-request-id', 'retry-after'],
  });
  await server.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: 60_000,
    keyGenerator: limitKey,
    errorResponseBuilder: (_request, { after }) =>
      new Problem({ code: 'rate_limited', detail: `too many requests; try again in ${after}` }),
  });
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Baton', description: 'Runs of agents and the feed of what they do', version: '1' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
      security: [{ bearer: [] }],
    },
    transform: jsonSchemaTransform,
  });
  await server.register(swaggerUi, { routePrefix: '/docs' });
  server.get('/openapi.json', { schema: { hide: true } }, async () => server.swagger());

  await server.register(healthRoutes(context, serveMetrics ? metrics : undefined));
  await server.register(feedRoutes(context));
  await server.register(async (guarded) => {
    guarded.addHook('onRequest', authenticate(context.verify));
    guarded.addHook('preHandler', spendWork({ unitsPerMinute: requestsPerMinute }));
    const uploads = createUploadStore(context.uploads);
    await guarded.register(workflowRoutes(context));
    await guarded.register(runRoutes(context, uploads));
    await guarded.register(actionRoutes(context, uploads));
    await guarded.register(statsRoutes(context));
    await guarded.register(uploadRoutes(uploads, context.uploads));
  });
  if (existsSync(webDir)) await server.register(fastifyStatic, { root: webDir });
  return server;
}
