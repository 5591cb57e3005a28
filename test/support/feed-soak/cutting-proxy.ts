import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

/** A network between clients and a gateway, of which single connections can be cut as by a pulled plug. */
export async function startCuttingProxy({ port }: { port: number }) {
  const cuts = new Set<() => void>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    const cut = () => [client, upstream].forEach((socket) => socket.destroy());
    cuts.add(cut);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        cuts.delete(cut);
        // Not destroyed: what the other side still has to get, such as a goodbye, is on its way.
        other.end();
      });
      socket.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Cuts one connection, by a number from 0 to below 1; false if there is none. */
    cut(random: number): boolean {
      const one = [...cuts][Math.floor(random * cuts.size)];
      one?.();
      return one !== undefined;
    },
    async stop() {
      server.close();
      for (const cut of cuts) cut();
      await once(server, 'close');
    },
  };
}
