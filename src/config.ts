import { resolve } from 'node:path';
import { BatonError } from './contracts/baton-error.ts';
import type { PayloadConfig } from './payload/data-converter.ts';
import {
  resolveSettings,
  shownText,
  type Given,
  type Resolved,
  type SettingValues,
} from './settings/resolve-settings.ts';

export type Config = {
  dataDir: string;
  /** URL of the store of events, effects and decisions; the path of a `sqlite:` one is absolute. */
  storeUrl: string;
  fsync: 'normal' | 'full';
  /** Where payloads go; the path of a `file:` store is absolute. */
  payloads: PayloadConfig;
  retentionDays: number;
  /** How often runs without an end are checked, in milliseconds. */
  reconcileMs: number;
  userConcurrency: number | undefined;
  taskQueue: string;
  maxConcurrentAgents: number;
  /** Port of the embedded Temporal server. */
  temporalPort: number | undefined;
  codecPort: number;
  /** Whether a worker is shared among users. */
  fair: boolean;
  http: HttpConfig;
  jwt: JwtConfig;
};

export type HttpConfig = {
  port: number | undefined;
  host: string;
  metricsPort: number | undefined;
  allowedOrigins: string[];
  publicHosts: string[];
  uploadsPerUser: number;
  uploadBytesPerUser: number;
  adhocPlans: boolean;
};

export type JwtConfig = {
  secret?: string;
  jwksUrl?: string;
  issuer?: string;
  audience?: string;
  userClaim: string;
};

function refuse({ source, row, text }: Pick<Resolved, 'source' | 'row' | 'text'>, why: string): never {
  const named = source === 'flag' ? `flag ${row.flag}` : `environment variable ${row.env}`;
  const shown = text === undefined ? 'undefined' : JSON.stringify(shownText(text, row));
  throw new BatonError('InvalidInput', `${named}=${shown}: ${why}`);
}

/** What is wrong with settings together that are right by themselves, under the name of one of them. */
function jwtFault({ jwksUrl, jwtIssuer, jwtAudience, jwtSecret }: SettingValues) {
  if (!jwksUrl) return undefined;
  if (!jwtIssuer) return { name: 'jwtIssuer', why: 'is needed beside BATON_JWKS_URL' };
  if (!jwtAudience) return { name: 'jwtAudience', why: 'is needed beside BATON_JWKS_URL' };
  return jwtSecret ? { name: 'jwksUrl', why: 'cannot be combined with BATON_JWT_SECRET: set one of them' } : undefined;
}

/** A URL of a local kind with its path made absolute; without a path it is the given one in the data folder. */
function localUrl(value: string, { scheme, within, name }: { scheme: string; within: string; name: string }): string {
  if (!value.startsWith(scheme)) return value;
  return `${scheme}${resolve(within, value.slice(scheme.length) || name)}`;
}

/**
 * The settings in force, read once: a flag wins over its environment variable, which wins over the default. Every setting
 * has a default that works.
 *
 * @throws BatonError `InvalidInput` that names the first bad setting and what it may be
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env, given: Omit<Given, 'env'> = {}): Config {
  const resolved = resolveSettings({ env, ...given });
  for (const each of resolved) if (each.fault !== undefined) refuse(each, each.fault);
  const values = Object.fromEntries(resolved.map(({ name, value }) => [name, value])) as SettingValues;
  const together = jwtFault(values);
  for (const each of resolved) if (each.name === together?.name) refuse(each, together.why);
  const { httpHost, publicHosts, jwtSecret, jwksUrl, jwtIssuer, jwtAudience, jwtUserClaim } = values;
  const dataDir = resolve(values.dataDir);
  return {
    dataDir,
    storeUrl: localUrl(values.log, { scheme: 'sqlite:', within: dataDir, name: 'events.sqlite' }),
    payloads: {
      storeUrl: localUrl(values.store, { scheme: 'file:', within: dataDir, name: 'blobs' }),
      keys: values.payloadKeys ?? [],
    },
    fsync: values.fsync,
    retentionDays: values.retentionDays,
    userConcurrency: values.userConcurrency,
    reconcileMs: values.reconcileMs,
    taskQueue: values.taskQueue,
    maxConcurrentAgents: values.maxConcurrentAgents,
    fair: values.fair,
    temporalPort: values.temporalPort,
    codecPort: values.codecPort,
    http: {
      port: values.httpPort,
      host: httpHost,
      metricsPort: values.metricsPort,
      allowedOrigins: values.allowedOrigins,
      publicHosts: [httpHost, ...publicHosts].map((name) => name.toLowerCase()),
      uploadsPerUser: values.uploadsPerUser,
      uploadBytesPerUser: values.uploadBytesPerUser,
      adhocPlans: values.adhocPlans,
    },
    jwt: {
      secret: jwtSecret,
      jwksUrl,
      issuer: jwtIssuer,
      audience: jwtAudience,
      userClaim: jwtUserClaim,
    },
  };
}
