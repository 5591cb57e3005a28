import { connect } from 'node:net';

/** How long an answer may take, in milliseconds. */
const PATIENCE_MS = 15_000;

export type RawAnswer = { status: number; type: string; body: string };

type Options = {
  /** Whether the connection is cut once the request is written. @default false */
  cut?: boolean;
};

/** "Go on", which may come before an answer. */
const CONTINUE = /^HTTP\/1\.1 100 [^\r]*\r\n\r\n/;

function answerIn(all: string): RawAnswer | undefined {
  const text = all.replace(CONTINUE, '');
  const end = text.indexOf('\r\n\r\n');
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? [];
  if (end < 0 || status === undefined) return undefined;
  const [, type = ''] = /^content-type: *([^;\r]*)/im.exec(text.slice(0, end)) ?? [];
  return { status: Number(status), type, body: text.slice(end + 4) };
}

/**
 * Writes bytes to a server, whatever they are, and gives what it answers until the connection closes; undefined where it
 * closes without an answer. Of a stream it takes the beginning.
 */
export function rawHttp(url: string, request: string | Buffer, { cut = false }: Options = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer | undefined>();
  const { hostname: host, port } = new URL(url);
  const socket = connect({ host, port: Number(port) });
  let text = '';
  const late = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS} ms to ${request}`)), PATIENCE_MS);
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
    const answer = answerIn(text);
    const isStream = answer?.type === 'text/event-stream' && answer.body.includes('\n\n');
    if (isStream || answer?.status === 101) socket.destroy();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearTimeout(late);
    resolve(answerIn(text));
  });
  if (cut) socket.end(request);
  else socket.write(request);
  return promise;
}
