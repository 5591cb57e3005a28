import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A network address whose server can be changed, and whose connections can be cut, all or one of them. */
export async function startProxy(target: { host?: string; port: number }) {
  const pairs = new Set<() => void>();
  const sockets = new Set<Socket>();
  let { host = '127.0.0.1', port } = target;
  const server = createServer((near) => {
    const far = connect(port, host);
    const cut = () => [near, far].forEach((socket) => socket.destroy());
    pairs.add(cut);
    const join = (socket: Socket, other: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        pairs.delete(cut);
        // Not destroyed: what the other side still has to get, such as a goodbye, is on its way.
        other.end();
      });
      socket.pipe(other);
    };
    join(near, far);
    join(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = (server.address() as AddressInfo).port;
  return {
    port: own,
    url: `http://127.0.0.1:${own}`,
    open: () => pairs.size,
    /** Cuts one connection, by a number from 0 to below 1; false if there is none. */
    cutOne(share: number): boolean {
      const one = [...pairs][Math.floor(share * pairs.size)];
      one?.();
      return one !== undefined;
    },
    /** New connections go elsewhere. Those that are open stay, as behind a balancer, or are cut. */
    turn(next: { host?: string; port: number }, { cut = false } = {}) {
      host = next.host ?? '127.0.0.1';
      port = next.port;
      if (cut) for (const each of pairs) each();
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      // Also those whose other side is gone, which wait for their own to end.
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export type Proxy = Awaited<ReturnType<typeof startProxy>>;
