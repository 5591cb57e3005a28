import type { FastifyRequest } from 'fastify';
import { identityOf } from './auth/authenticate.ts';
import { Problem } from './problem.ts';

/** What heavy requests cost of a user's units a minute, of which there are as many as requests: a light one costs nothing. */
export const COSTS = { start: 2, report: 5, stats: 5, upload: 5, retry: 10, whatIf: 20 };

declare module 'fastify' {
  interface FastifyContextConfig {
    /** See `COSTS`. */
    cost?: number;
  }
}

const MINUTE_MS = 60_000;

/**
 * Hook that bounds what one user's heavy requests may cost in a minute, beside the limit on their number. To be run once
 * a request is known to be well formed: refusing another costs nothing. The last one of a minute may go beyond the bound.
 */
export function spendWork({ unitsPerMinute }: { unitsPerMinute: number }) {
  const spent = new Map<string, number>();
  let endsAt = 0;

  return async function preHandler(request: FastifyRequest): Promise<void> {
    const { cost } = request.routeOptions.config;
    if (cost === undefined) return;
    const now = performance.now();
    if (now >= endsAt) {
      endsAt = now + MINUTE_MS;
      spent.clear();
    }
    const { user } = identityOf(request);
    const before = spent.get(user) ?? 0;
    if (before >= unitsPerMinute) {
      const seconds = Math.ceil((endsAt - now) / 1_000);
      const detail = `requests of this kind cost ${cost} units each, of ${unitsPerMinute} a minute; try again in ${seconds} seconds`;
      throw new Problem({ code: 'rate_limited', detail, headers: { 'retry-after': String(seconds) } });
    }
    spent.set(user, before + cost);
  };
}
