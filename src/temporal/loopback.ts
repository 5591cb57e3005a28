import { isIP } from 'node:net';

/** Host of an address as gRPC takes it: `HOST:PORT`, `[IPV6]:PORT`, or with a scheme such as `dns:///HOST:PORT`. */
function hostOf(address: string): string {
  const bare = address.replace(/^(dns|ipv4|ipv6):(\/\/[^/]*\/)?/i, '');
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(bare) ?? [];
  return (bracketed ?? plain ?? bare).toLowerCase();
}

/** Whether an address, `HOST:PORT`, can only be this machine. */
export function isLoopback(address: string): boolean {
  const host = hostOf(address);
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === '::1' || host.startsWith('::ffff:127.');
}

/** The variables that gRPC reads for a proxy, in its order. */
const PROXY_VARIABLES = ['grpc_proxy', 'https_proxy', 'http_proxy'] as const;

/** Name of the variable whose proxy gRPC goes through to this address, or undefined where it connects by itself. */
export function proxyVariable(address: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  return isLoopback(address) ? undefined : PROXY_VARIABLES.find((name) => env[name]);
}

/**
 * Settings of a gRPC channel to this address. Unlike other programs, gRPC asks the proxy of `http_proxy` for this very
 * machine too, which the proxy cannot reach.
 */
export function channelArgs(address: string): Record<string, number> {
  return isLoopback(address) ? { 'grpc.enable_http_proxy': 0 } : {};
}

const NO_PROXY = ['localhost', '127.0.0.1', '::1'];

/**
 * Adds this machine to what needs no proxy, for `fetch`, which asks proxies where NODE_USE_ENV_PROXY is set, and for child
 * processes.
 */
export function keepLoopbackDirect(env: NodeJS.ProcessEnv = process.env): void {
  const isProxied = Object.keys(env).some((name) => /^(grpc|https?|all)_proxy$/i.test(name) && env[name]);
  if (!isProxied) return;
  const given = env.no_proxy ?? env.NO_PROXY ?? '';
  if (given === '*') return;
  const names = new Set([...given.split(',').map((name) => name.trim()), ...NO_PROXY].filter(Boolean));
  env.no_proxy = env.NO_PROXY = [...names].join(',');
}
