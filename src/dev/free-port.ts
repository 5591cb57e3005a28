import { createServer } from 'node:net';

const HOST = '127.0.0.1';

/** Listens for a moment on a port of this machine (0: any free one); the port, or undefined if it is taken. */
export function freePort(port: number): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const server = createServer();
  server.on('error', (error: NodeJS.ErrnoException) =>
    error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(undefined) : reject(error),
  );
  server.listen({ port, host: HOST, exclusive: true }, () => {
    const address = server.address();
    server.close(() => resolve(address && typeof address === 'object' ? address.port : undefined));
  });
  return promise;
}
