import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** Lets the requests that are under way when a server closes go on for a while. What is left after it is cut off. */
export function finishRequests(server: FastifyInstance, { graceMs }: { graceMs: number }): void {
  const underWay = new Set<ServerResponse>();
  let onDone = () => undefined as void;

  server.addHook('onRequest', async (request, { raw: response }) => {
    // Sockets are told goodbye by themselves.
    if (request.ws) return;
    underWay.add(response);
    response.once('close', () => {
      underWay.delete(response);
      if (underWay.size === 0) onDone();
    });
  });
  // Runs when new requests are refused already, and before all connections are closed.
  server.addHook('preClose', async () => {
    if (underWay.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    onDone = resolve;
    const limit = setTimeout(resolve, graceMs);
    await promise.finally(() => clearTimeout(limit));
  });
}
