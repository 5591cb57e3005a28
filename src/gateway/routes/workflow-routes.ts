import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { GatewayContext } from '../gateway-context.ts';

const listed = z.object({
  workflows: z.array(z.object({ name: z.string(), description: z.string(), input: z.record(z.string(), z.unknown()) })),
});

/** What may be started, with the JSON Schema of its input. */
export function workflowRoutes({ workflows }: GatewayContext): FastifyPluginAsyncZod {
  const described = workflows.map(({ name, description, input }) => ({
    name,
    description,
    input: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>,
  }));
  return async function routes(server) {
    server.get(
      '/v1/workflows',
      { schema: { tags: ['runs'], summary: 'What may be started', response: { 200: listed } } },
      async () => ({ workflows: described }),
    );
  };
}
