import type { FastifyRequest } from 'fastify';

const SUBPROTOCOL = 'bearer.';

/**
 * The token of a request: the Authorization header, or the subprotocol by which a browser's WebSocket passes it. Nothing
 * but an upgrade has a subprotocol: proxies and logs that hide the one header do not know the other for a secret.
 */
export function bearerOf({ headers, ws }: Pick<FastifyRequest, 'headers' | 'ws'>): string | undefined {
  const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (token || !ws) return token;
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  return offered.find((one) => one.startsWith(SUBPROTOCOL))?.slice(SUBPROTOCOL.length);
}
