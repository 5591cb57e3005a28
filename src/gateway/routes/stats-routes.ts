import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { statsSchema } from '../../contracts/stats.ts';
import { identityOf } from '../auth/authenticate.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { COSTS } from '../work-budget.ts';

const query = z.object({
  cursor: z
    .string()
    .regex(/^\d{4}-[\d:.TZ-]+\/\d+\/\S+$/, 'must be the next_cursor of another page')
    .max(500)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** What one's own agents did, in figures. */
export function statsRoutes({ clientOf }: Pick<GatewayContext, 'clientOf'>): FastifyPluginAsyncZod {
  return async function routes(server) {
    server.get(
      '/v1/stats',
      {
        config: { cost: COSTS.stats },
        schema: {
          tags: ['stats'],
          summary: 'Your statistics, with a page of your finished runs, newest first',
          querystring: query,
          response: { 200: statsSchema },
        },
      },
      async (request) => {
        const client = await clientOf(identityOf(request).user);
        return client.stats(request.query);
      },
    );
  };
}
