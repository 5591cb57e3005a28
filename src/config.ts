import { resolve } from 'node:path';
import { z } from 'zod';
import { BatonError } from './contracts/baton-error.ts';
import { MAX_WAIT_MS } from './contracts/number-fault.ts';
import { withoutPassword } from './contracts/without-password.ts';
import type { PayloadConfig } from './payload/data-converter.ts';
import { payloadKeys } from './payload/payload-keys.ts';
import { s3Location } from './payload/s3-location.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const url = z.url({ protocol: /^https?$/ });

/** Refuses what the function throws on, in its words. */
function parsedBy<T>(parse: (text: string) => T) {
  return (text: string, context: z.RefinementCtx): T => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue((error as Error).message);
      return z.NEVER;
    }
  };
}

function blobUrl(url: string): string {
  if (url.startsWith('s3:')) s3Location(url);
  else if (!url.startsWith('file:')) throw new BatonError('InvalidInput', 'must begin with file: or s3://');
  return url;
}

const environment = z.object({
  /** Folder of Temporal's database, the event log, ledgers and reports. */
  BATON_DATA_DIR: z.string().min(1).default('.baton'),
  /** Where events are kept: `sqlite:` (in the data folder), `sqlite:PATH`, `redis://…` or `rediss://…` (TLS). */
  BATON_LOG: z
    .string()
    .regex(/^(sqlite:|rediss?:\/\/.)/, 'must begin with sqlite:, redis:// or rediss://')
    .default('sqlite:'),
  /** Where large payloads are kept: `file:` (in the data folder), `file:FOLDER` or `s3://BUCKET/PREFIX?endpoint=…&region=…`. */
  BATON_STORE: z.string().default('file:').transform(parsedBy(blobUrl)),
  /** Keys that encrypt payloads, `ID:BASE64,…`: the first encrypts, all decrypt. Unset means that nothing is encrypted. */
  BATON_PAYLOAD_KEYS: z.string().default('').transform(parsedBy(payloadKeys)),
  /** `full` also survives a power loss, at several milliseconds an event. */
  BATON_FSYNC: z.enum(['normal', 'full']).default('normal'),
  /** Days for which events and closed runs are kept. */
  BATON_RETENTION_DAYS: z.coerce.number().int().min(1).max(3650).default(30),
  /** How many agents of any name may work at once for one user, over all workers; without it there is no limit. */
  BATON_USER_CONCURRENCY: z.coerce.number().int().min(1).max(100_000).optional(),
  /** Port of the gateway; unset means 8080 or the next free one. */
  BATON_HTTP_PORT: port.optional(),
  BATON_HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  /** Port of `/metrics` alone; unset means the gateway's own port. */
  BATON_METRICS_PORT: port.optional(),
  /** Origins, separated by commas, whose pages may call the gateway besides its own. */
  BATON_ALLOWED_ORIGINS: z.string().default(''),
  /**
   * Names, separated by commas, by which users reach the gateway besides addresses, `localhost` and `BATON_HTTP_HOST`; `*`
   * for any, where a proxy checks the name.
   */
  BATON_PUBLIC_HOSTS: z
    .string()
    .regex(/^[^/:@]*$/, 'must be names without scheme, port and path')
    .default(''),
  /** How many uploads one user may keep. */
  BATON_UPLOADS_PER_USER: z.coerce.number().int().min(1).max(10_000).default(200),
  /** Bytes that one user's uploads may have together. */
  BATON_UPLOAD_BYTES_PER_USER: z.coerce.number().int().min(1).default(2_147_483_648),
  /** `1` lets users start plans of their own over HTTP, of any of the app's agents; else registered ones only. */
  BATON_ADHOC_PLANS: z.enum(['0', '1'], 'must be 0 or 1').default('0'),
  /** Secret of tokens signed by HS256; HS256 is no stronger than its secret. */
  BATON_JWT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  /** Keys of an identity provider; needs an issuer and an audience, or any token of that provider would do. */
  BATON_JWKS_URL: url.optional(),
  BATON_JWT_ISSUER: z.string().min(1).optional(),
  BATON_JWT_AUDIENCE: z.string().min(1).optional(),
  /** Claim that names the user. */
  BATON_JWT_USER_CLAIM: z.string().min(1).default('sub'),
  /** How often runs without an end are looked after, in milliseconds; unset means 5000 in `dev`, else 30000. */
  BATON_RECONCILE_MS: z.coerce.number().int().min(100).max(MAX_WAIT_MS).optional(),
});

export type Config = {
  dataDir: string;
  /** URL of the store of events, effects and decisions; the path of a `sqlite:` one is absolute. */
  storeUrl: string;
  fsync: 'normal' | 'full';
  /** Where payloads go; the path of a `file:` store is absolute. */
  payloads: PayloadConfig;
  retentionDays: number;
  reconcileMs: number | undefined;
  userConcurrency: number | undefined;
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

function refuse(name: string, value: string | undefined, why: string): never {
  throw new BatonError('InvalidInput', `environment variable ${name}=${JSON.stringify(value)}: ${why}`);
}

function jwtConfig(env: z.infer<typeof environment>): JwtConfig {
  const jwt = {
    secret: env.BATON_JWT_SECRET,
    jwksUrl: env.BATON_JWKS_URL,
    issuer: env.BATON_JWT_ISSUER,
    audience: env.BATON_JWT_AUDIENCE,
    userClaim: env.BATON_JWT_USER_CLAIM,
  };
  if (jwt.jwksUrl && !jwt.issuer) refuse('BATON_JWT_ISSUER', undefined, 'is needed beside BATON_JWKS_URL');
  if (jwt.jwksUrl && !jwt.audience) refuse('BATON_JWT_AUDIENCE', undefined, 'is needed beside BATON_JWKS_URL');
  if (jwt.jwksUrl && jwt.secret) {
    refuse('BATON_JWKS_URL', jwt.jwksUrl, 'cannot be combined with BATON_JWT_SECRET: set one of them');
  }
  return jwt;
}

/** What stands between commas. */
function listed(text: string): string[] {
  return text.split(',').flatMap((each) => each.trim() || []);
}

/** A URL of a local kind with its path made absolute; without a path it is the given one in the data folder. */
function localUrl(value: string, { scheme, within, name }: { scheme: string; within: string; name: string }): string {
  if (!value.startsWith(scheme)) return value;
  return `${scheme}${resolve(within, value.slice(scheme.length) || name)}`;
}

/**
 * Reads the environment once. Every variable has a default that works.
 *
 * @throws BatonError `InvalidInput` that names the first bad variable and what it may be
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  // A variable that is set to nothing is as good as unset, but a secret that was forgotten is not.
  const set = Object.entries(env).filter(([name, value]) => value !== '' || /_(SECRET|KEYS)$/.test(name));
  const parsed = environment.safeParse(Object.fromEntries(set));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0]);
    // A secret is no less one for being too short: its value stays out of terminals and logs.
    const shown = /_(SECRET|KEYS)$/.test(name) ? '…' : withoutPassword(env[name] ?? '');
    refuse(name, shown, issue?.message ?? 'is refused');
  }
  const { data } = parsed;
  const dataDir = resolve(data.BATON_DATA_DIR);
  return {
    dataDir,
    storeUrl: localUrl(data.BATON_LOG, { scheme: 'sqlite:', within: dataDir, name: 'events.sqlite' }),
    payloads: {
      storeUrl: localUrl(data.BATON_STORE, { scheme: 'file:', within: dataDir, name: 'blobs' }),
      keys: data.BATON_PAYLOAD_KEYS,
    },
    fsync: data.BATON_FSYNC,
    retentionDays: data.BATON_RETENTION_DAYS,
    userConcurrency: data.BATON_USER_CONCURRENCY,
    reconcileMs: data.BATON_RECONCILE_MS,
    http: {
      port: data.BATON_HTTP_PORT,
      host: data.BATON_HTTP_HOST,
      metricsPort: data.BATON_METRICS_PORT,
      allowedOrigins: listed(data.BATON_ALLOWED_ORIGINS),
      publicHosts: [data.BATON_HTTP_HOST, ...listed(data.BATON_PUBLIC_HOSTS)].map((name) => name.toLowerCase()),
      uploadsPerUser: data.BATON_UPLOADS_PER_USER,
      uploadBytesPerUser: data.BATON_UPLOAD_BYTES_PER_USER,
      adhocPlans: data.BATON_ADHOC_PLANS === '1',
    },
    jwt: jwtConfig(data),
  };
}
