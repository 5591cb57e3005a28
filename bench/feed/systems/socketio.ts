import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import { createClient } from 'redis';
import { Server } from 'socket.io';
import { io as connectTo } from 'socket.io-client';
import type { NewEvent } from '../../../src/contracts/event.ts';
import type { Settings, System } from './system.ts';

async function openServer({ store }: Settings) {
  const redis = createClient({ url: store });
  redis.on('error', () => undefined);
  await redis.connect();
  return new Server({
    adapter: createAdapter(redis, { onlyPlaintext: true, maxLen: 100_000 }),
    connectionStateRecovery: { maxDisconnectionDuration: 120_000, skipMiddlewares: true },
    transports: ['websocket'],
    serveClient: false,
  });
}

/**
 * Socket.IO as its documentation sets it up for several nodes: Redis streams adapter, connection state recovery, a room
 * per user. Its best options: WebSocket only, no search for binary data, a stream too long to be trimmed here.
 */
export const socketio: System = {
  async serve(settings) {
    const server = await openServer(settings);
    server.on('connection', (socket) => {
      if (!socket.recovered) void socket.join(String(socket.handshake.auth.user));
      socket.emit('live');
    });
    const http = createServer();
    server.attach(http);
    const { promise, resolve } = Promise.withResolvers<void>();
    http.listen(settings.port, '127.0.0.1', resolve);
    await promise;
  },
  async openPublisher(settings) {
    const server = await openServer(settings);
    return {
      async publish(event) {
        server.to(event.user_id).emit('event', event);
      },
    };
  },
  async connect({ port }, { userId, onEvent }) {
    const socket = connectTo(`http://127.0.0.1:${port}`, {
      auth: { user: userId },
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: 250,
      reconnectionDelayMax: 5_000,
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.on('live', resolve);
    socket.on('event', (event: NewEvent) => onEvent(event));
    await promise;
  },
};
