import type { FastifyInstance } from 'fastify';

const escaped = (text: string) => text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');

/** Path of a route as a pattern of the paths that it serves. */
const patternOf = (url: string) => new RegExp(`^${escaped(url).replaceAll(/:[A-Za-z_]+/g, '[^/]+')}/?$`);

/**
 * Collects the routes that are registered from now on; the result gives the methods of a path. Those of the page's files,
 * which stand for any path, do not count.
 */
export function collectMethods(server: FastifyInstance): (path: string) => string[] {
  const routes: { pattern: RegExp; methods: string[] }[] = [];
  server.addHook('onRoute', ({ url, method }) => {
    if (!url.includes('*')) routes.push({ pattern: patternOf(url), methods: [method].flat() });
  });
  return function methodsOf(path) {
    const found = routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
    return [...new Set(found)].toSorted();
  };
}
