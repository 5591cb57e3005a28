import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

/** Largest body, in bytes, of a request whose route takes none: some clients send one all the same. */
export const NO_BODY_BYTES = 16_384;

/** @throws Problem `unsupported_media_type` for a body that is packed */
function refuseEncoded({ headers }: FastifyRequest): void {
  const { 'content-encoding': encoding = 'identity' } = headers;
  if (encoding.toLowerCase() === 'identity') return;
  throw new Problem({ code: 'unsupported_media_type', detail: 'send the body as it is, without a content-encoding' });
}

/**
 * Reads the bodies of all routes but uploads. No body is as good as none of a type, which `fetch` and `curl -d ''` send
 * along; a route that needs a body says so itself. What a route that takes no body gets is ignored.
 */
export function addBodyParsers(server: FastifyInstance): void {
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    refuseEncoded(request);
    return parseJson(request, body as string, done);
  });
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0 || !request.routeOptions.schema?.body) return done(null, undefined);
    return done(new Problem({ code: 'unsupported_media_type', detail: 'send the body as application/json' }));
  });
}
