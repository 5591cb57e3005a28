import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that can be cut, in the middle of a call and for as long as wished. */
export async function startCutProxy(target: string) {
  const [host, port] = target.split(':') as [string, string];
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return near.destroy();
    const far = connect(Number(port), host);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  function cut() {
    isCut = true;
    for (const socket of open) socket.destroy();
  }
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    mend: () => void (isCut = false),
    async stop() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
