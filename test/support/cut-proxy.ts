import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that can be cut, or be dead without a word, in the middle of a call and for as long as wished. */
export async function startCutProxy(target: string) {
  let [host, port] = target.split(':') as [string, string];
  const open = new Set<Socket>();
  let isCut = false;
  let isDead = false;
  const server = createServer((near) => {
    if (isCut) return near.destroy();
    const far = connect(Number(port), host);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    if (!isDead) near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  function cut() {
    isCut = true;
    for (const socket of open) socket.destroy();
  }
  /** Nothing passes any more, and neither side is told: as with a machine that was unplugged. */
  function fallDead() {
    isDead = true;
    for (const socket of open) socket.unpipe().pause();
  }
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    /** New connections lead to another server from now on; those that are open stay where they are, as in a failover. */
    aim: (next: string) => void ([host, port] = next.split(':') as [string, string]),
    fallDead,
    /** For new connections. */
    mend() {
      isCut = false;
      isDead = false;
    },
    async stop() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
