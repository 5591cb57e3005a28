import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { BatonEvent } from '../../src/contracts/event.ts';
import type { FeedFrame } from '../../src/contracts/feed-frame.ts';

/** The `seq`-th event of one run, a thought; `reasoning` says which one it is. */
export function thought(seq: number, epoch = 'e1'): BatonEvent {
  return {
    seq,
    epoch,
    schema_version: 1,
    id: `w:${seq}`,
    type: 'agent_thinking',
    at: '2026-11-24T03:00:00.123Z',
    user_id: 'u1',
    thread_id: 't1',
    run_id: 'r1',
    request_id: 'q1',
    workflow_id: 'costOptimization/u1/r1',
    agent: 'triage',
    agent_run: 'triage-1',
    step: null,
    of: null,
    parent: null,
    generation: 0,
    attempt: 1,
    exec: 'triage.1.1764000000123',
    final: false,
    payload: { reasoning: `thought ${seq}`, step_number: seq, progress_percentage: 10 },
  };
}

export type Connection = {
  socket: WebSocket;
  query: URLSearchParams;
  protocols: string[];
  send(frame: FeedFrame): void;
};

/** A WebSocket server that a test speaks for, one connection after the other; it waits where the client is slow. */
export async function startScriptedGateway() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'baton.v1' });
  await once(server, 'listening');
  const waiting: Connection[] = [];
  let wake = Promise.withResolvers<void>();
  server.on('connection', (socket, request) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams;
    const protocols = String(request.headers['sec-websocket-protocol']).split(', ');
    waiting.push({ socket, query, protocols, send: (frame) => socket.send(JSON.stringify(frame)) });
    wake.resolve();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The next connection, greeted unless `greet` is false. */
    async next({ epoch = 'e1', greet = true } = {}): Promise<Connection> {
      while (waiting.length === 0) {
        wake = Promise.withResolvers();
        await wake.promise;
      }
      const connection = waiting.shift() as Connection;
      if (greet) connection.send({ type: 'hello', epoch, head: 0, earliest: 1, retry_ms: [1, 5] });
      return connection;
    },
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}
