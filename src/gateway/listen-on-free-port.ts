import type { FastifyInstance } from 'fastify';
import { BatonError } from '../contracts/baton-error.ts';

const FIRST_PORT = 8080;
const TRIES = 20;

/**
 * Listens on the wished port, or else on the first free one from 8080.
 *
 * @throws BatonError `InvalidInput` naming the wished port when it is taken
 */
export async function listenOnFreePort(
  server: Pick<FastifyInstance, 'listen'>,
  { host, port }: { host: string; port: number | undefined },
): Promise<string> {
  const ports = port === undefined ? Array.from({ length: TRIES }, (_, n) => FIRST_PORT + n) : [port];
  for (const one of ports) {
    try {
      return await server.listen({ host, port: one });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  const tried = ports.length === 1 ? `port ${port}` : `every port from ${FIRST_PORT} to ${FIRST_PORT + TRIES - 1}`;
  throw new BatonError('InvalidInput', `${tried} of ${host} is in use: set BATON_HTTP_PORT to another`);
}
