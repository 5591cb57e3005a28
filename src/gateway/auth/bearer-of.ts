import type { IncomingHttpHeaders } from 'node:http';

const SUBPROTOCOL = 'bearer.';

/** The token of a request: the Authorization header, or the subprotocol by which a browser's WebSocket passes it. */
export function bearerOf(headers: IncomingHttpHeaders): string | undefined {
  const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (token) return token;
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  return offered.find((one) => one.startsWith(SUBPROTOCOL))?.slice(SUBPROTOCOL.length);
}
