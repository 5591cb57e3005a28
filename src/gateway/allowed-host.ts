import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** `*` among the public hosts: whatever stands before the gateway checks the name itself. */
const ANY = '*';

function isLocal(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name.replaceAll(/[[\]]/g, '')) !== 0;
}

/**
 * Whether a request names this gateway: by an address, as `localhost`, or by one of its public hosts; the port does not
 * matter. A foreign page can have its own name resolve to this machine, and is then of the same origin as what it calls
 * (DNS rebinding), but its requests still carry its name. Without a Host header no browser sent it.
 */
export function isAllowedHost({ host }: IncomingHttpHeaders, publicHosts: readonly string[]): boolean {
  if (host === undefined || publicHosts.includes(ANY)) return true;
  if (/[/\\?#@]/.test(host)) return false;
  const name = URL.parse(`http://${host}`)?.hostname.replace(/\.$/, '');
  return name !== undefined && (isLocal(name) || publicHosts.includes(name));
}
