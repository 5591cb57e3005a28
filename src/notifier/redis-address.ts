import type { RedisOptions } from 'ioredis';
import { BatonError } from '../contracts/baton-error.ts';

/** Where a Redis is: one server, a cluster by one of its nodes, or a master that sentinels know by a name. */
export type RedisAddress = {
  kind: 'server' | 'cluster' | 'sentinel';
  hosts: { host: string; port: number }[];
  options: RedisOptions;
};

const FORM = /^(rediss?):\/\/(?:([^@/]*)@)?([^/?@]+)(?:\/(\d*))?(?:\?(.*))?$/;
const HOST = /^(\[[^\]]+\]|[^:[\]]+)(?::(\d{1,5}))?$/;

function hostOf(text: string, defaultPort: number) {
  const [, host, port] = HOST.exec(text) ?? [];
  if (host === undefined) throw new BatonError('InvalidInput', `the host "${text}" of BATON_LOG must be HOST:PORT`);
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? defaultPort) };
}

/**
 * Reads `redis://[USER:PASSWORD@]HOST:PORT[/DB]`. With `?cluster` the host is a node of a cluster; with
 * `?sentinel=NAME` the hosts, separated by commas, are sentinels that know the master by that name, and
 * `&sentinel_password=…` (with `&sentinel_user=…`) is theirs. `rediss:` means TLS on every connection.
 *
 * @throws BatonError `InvalidInput` when the URL is not of this form
 */
export function redisAddress(url: string): RedisAddress {
  const [, scheme, userinfo = '', hosts = '', db = '', query = ''] = FORM.exec(url) ?? [];
  if (scheme === undefined) {
    throw new BatonError(
      'InvalidInput',
      'BATON_LOG must be redis://[USER:PASSWORD@]HOST:PORT[/DB], or rediss:// for TLS',
    );
  }
  const search = new URLSearchParams(query);
  const name = search.get('sentinel');
  const kind = name !== null ? 'sentinel' : search.has('cluster') ? 'cluster' : 'server';
  const [username = '', password = ''] = userinfo.split(/:(.*)/s).map(decodeURIComponent);
  const tls = scheme === 'rediss' ? {} : undefined;
  const found = hosts.split(',').map((one) => hostOf(one, kind === 'sentinel' ? 26_379 : 6_379));
  const [first] = found;
  if (kind !== 'sentinel' && found.length > 1) {
    throw new BatonError('InvalidInput', 'BATON_LOG names several hosts: add ?sentinel=NAME if they are sentinels');
  }
  const common: RedisOptions = {
    username: username || undefined,
    password: password || undefined,
    tls,
    ...(db && { db: Number(db) }),
  };
  if (kind !== 'sentinel') return { kind, hosts: found, options: { ...common, ...first } };
  const options: RedisOptions = {
    ...common,
    name: name as string,
    sentinels: found,
    sentinelUsername: search.get('sentinel_user') ?? undefined,
    sentinelPassword: search.get('sentinel_password') ?? undefined,
    ...(tls && { sentinelTLS: tls, enableTLSForSentinelMode: true }),
  };
  return { kind, hosts: found, options };
}
