import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod, ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { FEED_CLOSE } from '../../contracts/feed-frame.ts';
import { isAllowedHost } from '../allowed-host.ts';
import { isAllowedOrigin } from '../allowed-origin.ts';
import { authenticate, identityOf } from '../auth/authenticate.ts';
import { bearerOf } from '../auth/bearer-of.ts';
import { KeysUnavailable } from '../auth/keys-unavailable.ts';
import { TokenError } from '../auth/token-error.ts';
import { cursorQuery } from '../feed/cursor-query.ts';
import { resyncReason } from '../feed/resync-reason.ts';
import { serveSocket } from '../feed/serve-socket.ts';
import { serveSse } from '../feed/serve-sse.ts';
import { cursorOf } from '../feed/sse-id.ts';
import type { Cursor } from '../../notifier/event-log.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { Problem, type ProblemCode } from '../problem.ts';

const PAGE = 200;
const MAX_PAGE = 1_000;

const page = z.object({
  epoch: z.string(),
  head: z.int(),
  earliest: z.int(),
  /** Loose: an event of a newer writer passes whole. */
  events: z.array(z.looseObject({ seq: z.int(), type: z.string(), run_id: z.string() })),
  next_after: z.int(),
});

/** `Last-Event-ID` is what the browser kept of the last frame; it wins over the URL, which is that of the first connection. */
function lastSeen(header: string | string[] | undefined, query: Partial<Cursor>): Partial<Cursor> {
  if (header === undefined) return query;
  const seen = cursorOf(String(header));
  if (seen) return { after: seen.after, epoch: seen.epoch ?? query.epoch };
  throw new Problem({ code: 'invalid_request', detail: 'Last-Event-ID must be the id of an event of this stream' });
}

async function refuseWithoutUpgrade({ ws }: FastifyRequest): Promise<void> {
  if (ws) return;
  const detail = 'open a WebSocket, or use /v1/events/stream';
  throw new Problem({ code: 'upgrade_required', detail, headers: { upgrade: 'websocket' } });
}

/** The feed: paged, as server-sent events, and by WebSocket. */
export function feedRoutes(context: GatewayContext): FastifyPluginAsyncZod {
  const { log, tails, snapshotOf, streams, verify, retryMs, pingMs, slowReaderMs, allowedOrigins, publicHosts } =
    context;
  const own = { log, tails, snapshotOf, streams, retryMs, pingMs, slowReaderMs };

  return async function routes(server) {
    const feed = { websocket: true as const, schema: { querystring: cursorQuery }, onRequest: refuseWithoutUpgrade };
    server.get('/v1/feed', feed, async (socket, request) => {
      const { after, epoch, run_id: runId } = request.query;
      if (!isAllowedHost(request.headers, publicHosts)) return socket.close(FEED_CLOSE.badOrigin, 'host_refused');
      if (!isAllowedOrigin(request.headers, allowedOrigins))
        return socket.close(FEED_CLOSE.badOrigin, 'origin_refused');
      try {
        const identity = await verify(bearerOf(request) ?? '');
        const { log: logger, socket: wire } = request;
        await serveSocket({ ...own, socket, wire, identity, logger, after, epoch, runId });
      } catch (error) {
        // A browser sees no HTTP status of a refused upgrade, only how a socket was closed.
        if (error instanceof TokenError) return socket.close(FEED_CLOSE.badToken, error.message);
        if (!(error instanceof KeysUnavailable)) throw error;
        request.log.error({ err: error }, error.message);
        const reason: ProblemCode = 'identity_unavailable';
        socket.send(JSON.stringify({ type: 'bye', reason, retry_ms: streams.retryMs() }));
        socket.close(FEED_CLOSE.restart, reason);
      }
    });

    await server.register(async (guarded) => {
      guarded.addHook('onRequest', authenticate(verify));
      const zod = guarded.withTypeProvider<ZodTypeProvider>();

      zod.get(
        '/v1/events',
        {
          schema: {
            tags: ['feed'],
            summary: 'A page of the feed',
            querystring: cursorQuery.extend({
              limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(PAGE),
            }),
            response: { 200: page },
          },
        },
        async (request) => {
          const { after = 0, epoch, run_id: runId, limit } = request.query;
          const userId = identityOf(request).user;
          const position = await log.head({ userId });
          const reason = resyncReason({ after, epoch }, position);
          if (reason) {
            const detail = 'the cursor does not fit the log; begin again with after=0';
            throw new Problem({ code: 'cursor_refused', detail, extra: { reason, ...position } });
          }
          const events = await log.read({ userId, runId, after, limit });
          // A page that is not full holds everything up to the head, whichever run it was asked for.
          const last = events.at(-1)?.seq ?? after;
          const next_after = events.length < limit ? Math.max(position.head, last) : last;
          return { ...position, events, next_after };
        },
      );

      zod.get(
        '/v1/events/stream',
        {
          schema: { tags: ['feed'], summary: 'The feed, live, as server-sent events', querystring: cursorQuery },
          // The answer to a HEAD would never end, and count as a stream.
          exposeHeadRoute: false,
        },
        async (request, reply) => {
          const { run_id: runId } = request.query;
          const { after, epoch } = lastSeen(request.headers['last-event-id'], request.query);
          const identity = identityOf(request);
          if (streams.isFull(identity.user)) {
            throw new Problem({ code: 'too_many_streams', detail: 'close another stream of this user first' });
          }
          // Once the stream has begun its status can no longer say that the log is away.
          await log.head({ userId: identity.user });
          reply.hijack();
          const { raw: response } = reply;
          for (const [name, value] of Object.entries(reply.getHeaders()))
            if (value !== undefined) response.setHeader(name, value);
          response.writeHead(200, {
            'content-type': 'text/event-stream; charset=utf-8',
            'cache-control': 'no-store',
            'x-accel-buffering': 'no',
          });
          await serveSse({ ...own, response, identity, logger: request.log, after, epoch, runId });
        },
      );
    });
  };
}
