import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { FastifyInstance } from 'fastify';
import type { StatsReader } from '../client/stats-reader.ts';
import { collectExecutions } from './collect-executions.ts';

type Options = { openStreams: () => number; stats: Pick<StatsReader, 'all'>; onError?: (error: unknown) => void };

/**
 * Figures for Prometheus: requests by route, open streams and the process's own are this gateway's; those of executions
 * and events come from the log, and are the same in every gateway.
 */
export function createMetrics({ openStreams, stats, onError }: Options) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labelNames = ['method', 'route', 'status'] as const;
  const requests = new Counter({
    name: 'baton_http_requests_total',
    help: 'Requests answered',
    labelNames,
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'baton_http_request_seconds',
    help: 'Time until the answer',
    labelNames: ['route'],
    registers: [registry],
  });
  new Gauge({
    name: 'baton_feed_streams',
    help: 'Open WebSockets and event streams',
    registers: [registry],
    collect() {
      this.set(openStreams());
    },
  });

  collectExecutions({ registry, stats, onError });

  /** Counts the requests of a server. The route is its pattern: ids in a label would be a series each. */
  function observe(server: FastifyInstance) {
    server.addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url ?? 'unknown';
      requests.inc({ method: request.method, route, status: reply.statusCode });
      seconds.observe({ route }, reply.elapsedTime / 1_000);
    });
  }

  let scrape: Promise<string> | undefined;

  /** The figures as Prometheus reads them. Scrapes at once share one. */
  function text(): Promise<string> {
    scrape ??= registry.metrics().finally(() => (scrape = undefined));
    return scrape;
  }

  return { observe, contentType: registry.contentType, text };
}

export type Metrics = ReturnType<typeof createMetrics>;
