import type { FastifyInstance } from 'fastify';

/** What is read and thrown away of a body after its answer: so much that its connection usually serves the next request. */
const DRAIN_BYTES = 16 * 1_048_576;
const DRAIN_MS = 10_000;

const LOOK_MS = 50;

/**
 * Bounds what is read of a request that was answered before its body had come. Node reads it to its end, so a refused
 * body of any length would be paid for; to close at once would lose the answer of a caller who still sends.
 */
export function boundDrain(server: FastifyInstance): void {
  server.addHook('onResponse', async ({ raw }) => {
    const { socket } = raw;
    if (raw.complete || socket.destroyed) return;
    const until = { bytes: socket.bytesRead + DRAIN_BYTES, time: performance.now() + DRAIN_MS };
    const timer = setInterval(() => {
      const over = socket.bytesRead > until.bytes || performance.now() > until.time;
      if (over && !raw.complete) socket.destroy();
      if (raw.complete || socket.destroyed) clearInterval(timer);
    }, LOOK_MS);
    timer.unref();
  });
}
