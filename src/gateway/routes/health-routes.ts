import type { FastifyPluginAsync } from 'fastify';
import type { GatewayContext } from '../gateway-context.ts';
import type { Metrics } from '../metrics.ts';
import { Problem } from '../problem.ts';

/** How long a dependency may take to answer, in milliseconds. */
const READY_LIMIT_MS = 2_000;

function withinLimit<T>(work: Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${READY_LIMIT_MS} ms`)), READY_LIMIT_MS);
  work.then(resolve, reject);
  return promise.finally(() => clearTimeout(timer));
}

/** For machines: alive, ready to serve, and the figures. None needs a token. */
export function healthRoutes(context: GatewayContext, metrics: Metrics | undefined): FastifyPluginAsync {
  return async function routes(server) {
    const options = { schema: { hide: true }, config: { rateLimit: false } };
    server.get('/healthz', options, async () => ({ status: 'ok' }));
    server.get('/readyz', options, async () => {
      await withinLimit(context.log.head({ userId: 'readiness' })).catch((cause: unknown) => {
        throw new Problem({ code: 'log_unavailable', detail: String((cause as Error).message) });
      });
      await withinLimit(context.pingTemporal()).catch(() => {
        throw new Problem({ code: 'temporal_unavailable', detail: 'Temporal does not answer' });
      });
      return { status: 'ready' };
    });
    if (!metrics) return;
    server.get('/metrics', options, async (_request, reply) =>
      reply.type(metrics.contentType).send(await metrics.text()),
    );
  };
}
