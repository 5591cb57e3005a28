import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem, type ProblemCode } from './problem.ts';

const PROBLEM_TYPE = 'application/problem+json';

/** What Node's parser says of a request that it gives up; of everything else the request is malformed. */
const BY_CODE: Record<string, ProblemCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

type Answering = Duplex & { _httpMessage?: Pick<ServerResponse, 'headersSent'> | null };

/** Answers on the connection itself and closes it: there is no request that an answer could belong to. */
function answerOn(socket: Answering, { status, body }: Problem): void {
  // Half an answer is under way already, and what came now would be read as its body.
  if (!socket.writable || socket._httpMessage?.headersSent) return void socket.destroy();
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy());
}

/** Answers bytes that are no request of HTTP, or not a whole one. */
export function answerClientError({ code = '' }: { code?: string }, socket: Duplex): void {
  if (code === 'ECONNRESET' || socket.destroyed) return void socket.destroy();
  const detail = `what was sent is no request that can be read${code && ` (${code})`}`;
  answerOn(socket, new Problem({ code: BY_CODE[code] ?? 'invalid_request', detail }));
}

/** The parts of HTTP that never come as far as a route, so that they too are answered by a problem. */
export function answerBelowRoutes(server: Server): void {
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { status, body } = new Problem({
      code: 'expectation_failed',
      detail: 'only "Expect: 100-continue" is known',
    });
    response.writeHead(status, { 'content-type': PROBLEM_TYPE, connection: 'close' }).end(JSON.stringify(body));
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    answerOn(socket, new Problem({ code: 'method_not_allowed', detail: 'this is no proxy: CONNECT is not served' }));
  });
}

/** Answers an upgrade that is no handshake of a WebSocket. */
export function answerBadHandshake(error: Error, socket: Duplex): void {
  answerOn(socket, new Problem({ code: 'invalid_request', detail: `the handshake is refused: ${error.message}` }));
}
