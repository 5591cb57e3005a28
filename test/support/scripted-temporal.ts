import { createSecureServer, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import proto from '@temporalio/proto';

const { GetSystemInfoResponse, DescribeNamespaceResponse } = proto.temporal.api.workflowservice.v1;

export type GrpcStatus = { code: number; details: string };

type Options = {
  version?: string;
  /** Answers everything but the version, and the namespace while it is none. */
  status?: GrpcStatus;
  /** Answers calls by their names, before all else; 0 with an empty message. */
  statuses?: Record<string, GrpcStatus>;
  /** Asks with and serves by TLS. */
  tls?: { key: string; cert: string; ca?: string; clients?: boolean };
  attributes?: string[];
};

function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function answer(stream: ServerHttp2Stream, { code, details }: GrpcStatus, message?: Uint8Array): void {
  stream.on('error', () => undefined);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => {
    stream.sendTrailers({ 'grpc-status': String(code), 'grpc-message': encodeURIComponent(details) });
  });
  stream.end(message && framed(message));
}

/**
 * Speaks as much of Temporal's protocol as it takes to answer with what a development server cannot be brought to: an
 * old version, and refusals of every kind.
 */
export async function startScriptedTemporal(options: Options = {}) {
  const { version = '1.32.0', tls, attributes = [], statuses = {} } = options;
  const calls: { method: string; headers: Record<string, unknown> }[] = [];
  let { status } = options;
  const server = tls
    ? createSecureServer({ ...tls, requestCert: tls.clients, rejectUnauthorized: tls.clients })
    : createServer();
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => session.on('error', () => undefined));
  server.on('sessionError', () => undefined);
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const method = String(headers[':path']).split('/').at(-1) as string;
    calls.push({ method, headers });
    stream.resume();
    const own = statuses[method];
    if (own) return answer(stream, own, own.code === 0 ? new Uint8Array() : undefined);
    if (method === 'GetSystemInfo') {
      const info = { serverVersion: version, capabilities: {} };
      return answer(stream, { code: 0, details: '' }, GetSystemInfoResponse.encode(info).finish());
    }
    if (status) return answer(stream, status);
    if (method === 'DescribeNamespace') {
      const customSearchAttributeAliases = Object.fromEntries(attributes.map((name, n) => [`Keyword${n}`, name]));
      const described = { namespaceInfo: { name: 'default' }, config: { customSearchAttributeAliases } };
      return answer(stream, { code: 0, details: '' }, DescribeNamespaceResponse.encode(described).finish());
    }
    answer(stream, { code: 12, details: `unknown method ${method}` });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    /** From now on everything but the version is answered so. */
    answerWith: (next: GrpcStatus | undefined) => void (status = next),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
