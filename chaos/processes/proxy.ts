import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A network address whose server can be changed, and whose connections can be cut or fall silent. */
export async function startProxy(target: { port: number }) {
  const pairs = new Set<() => void>();
  const sockets = new Set<Socket>();
  let { port } = target;
  let isSilent = false;
  let isShut = false;
  const server = createServer((near) => {
    if (isShut) return near.destroy();
    const far = connect(port, '127.0.0.1');
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
      if (isSilent) socket.unpipe().pause();
    };
    join(near, far);
    join(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = (server.address() as AddressInfo).port;
  const cutAll = () => [...pairs].forEach((cut) => cut());
  return {
    port: own,
    url: `http://127.0.0.1:${own}`,
    /** Cuts one connection, by a number from 0 to below 1. */
    cutOne: (share: number) => [...pairs][Math.floor(share * pairs.size)]?.(),
    cutAll,
    /** New connections go elsewhere. Those that are open stay, as behind a balancer. */
    turn: (next: { port: number }) => void (port = next.port),
    /** Nothing passes any more and neither side is told, as with a cable that was pulled. */
    fallSilent() {
      isSilent = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    /** What fell silent is gone; new connections work. */
    speakAgain() {
      isSilent = false;
      cutAll();
    },
    /** Refuses everybody until it opens. */
    shut() {
      isShut = true;
      cutAll();
    },
    open: () => void (isShut = false),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      // Also those whose other side is gone, which wait for their own to end.
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export type Proxy = Awaited<ReturnType<typeof startProxy>>;
