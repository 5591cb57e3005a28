import type { FastifyPluginAsync } from 'fastify';
import type { GatewayContext } from '../gateway-context.ts';
import type { Metrics } from '../metrics.ts';
import { Problem } from '../problem.ts';
import { withinLimit } from '../within-limit.ts';

/** How long a dependency may take to answer, in milliseconds. */
const READY_LIMIT_MS = 2_000;

const RETRY = { 'retry-after': '5' };

const LIMIT = { limitMs: READY_LIMIT_MS, late: () => new Error(`no answer within ${READY_LIMIT_MS} ms`) };

/** For machines: alive, ready to serve, and the figures. None needs a token. */
export function healthRoutes(context: GatewayContext, metrics: Metrics | undefined): FastifyPluginAsync {
  async function probe(): Promise<void> {
    // A full disk and a Redis that is only a replica answer every read.
    await withinLimit(context.log.probe(), LIMIT).catch((cause: unknown) => {
      throw new Problem({ code: 'log_unavailable', detail: 'the event log takes no writes', headers: RETRY, cause });
    });
    await withinLimit(context.pingTemporal(), LIMIT).catch((cause: unknown) => {
      throw new Problem({ code: 'temporal_unavailable', detail: 'Temporal does not answer', headers: RETRY, cause });
    });
  }

  let asked: Promise<void> | undefined;

  /** One probe for all who ask at once: each costs a write to the log and a call to Temporal. */
  function ready(): Promise<void> {
    asked ??= probe().finally(() => (asked = undefined));
    return asked;
  }

  return async function routes(server) {
    const options = { schema: { hide: true }, config: { rateLimit: false } };
    server.get('/healthz', options, async () => ({ status: 'ok' }));
    server.get('/readyz', options, async () => {
      await ready();
      return { status: 'ready' };
    });
    if (!metrics) return;
    server.get('/metrics', options, async (_request, reply) =>
      reply.type(metrics.contentType).send(await metrics.text()),
    );
  };
}
