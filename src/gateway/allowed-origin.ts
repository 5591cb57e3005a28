import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a page of this origin may call: the gateway's own page and those in the configured list. Requests without an
 * origin do not come from a page.
 */
export function isAllowedOrigin({ origin, host }: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes(origin)) return true;
  return URL.parse(origin)?.host === host;
}
