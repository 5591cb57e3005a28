import { z } from 'zod';
import { BatonError } from '../contracts/baton-error.ts';
import { TASK_QUEUE } from '../contracts/names.ts';
import { MAX_WAIT_MS } from '../contracts/number-fault.ts';
import { payloadKeys } from '../payload/payload-keys.ts';
import { s3Location } from '../payload/s3-location.ts';
import { flagged, httpUrl, names, parsedBy, port, setting, text, whole } from './setting.ts';

/** Most agents that may be allowed to work at once. */
const MAX_AGENTS = 100_000;

function blobUrl(url: string): string {
  if (url.startsWith('s3:')) s3Location(url);
  else if (!url.startsWith('file:')) throw new BatonError('InvalidInput', 'must begin with file: or s3://');
  return url;
}

const SERVES = ['dev', 'gateway'] as const;
const WORKS = ['dev', 'worker'] as const;
const KEEPS = ['dev', 'worker', 'gateway', 'client'] as const;
const EVERY = [...KEEPS, 'codec'] as const;

/**
 * Every setting of every role: the commands take their flags from here, `loadConfig` its variables, `baton doctor` what it
 * prints, and docs/settings.md its table.
 */
export const SETTINGS = {
  dataDir: setting({
    env: 'BATON_DATA_DIR',
    roles: EVERY,
    initial: '.baton',
    meaning: "folder of the embedded Temporal's database, the event log, uploads, reports and the token secret",
    schema: text,
  }),
  log: setting({
    env: 'BATON_LOG',
    roles: KEEPS,
    initial: 'sqlite:',
    meaning:
      'where events are kept: `sqlite:` (in the data folder), `sqlite:PATH`, or Redis as `redis://…` or `rediss://…` (TLS), see durability.md',
    schema: z.string().regex(/^(sqlite:|rediss?:\/\/.)/, 'must begin with sqlite:, redis:// or rediss://'),
  }),
  store: setting({
    env: 'BATON_STORE',
    roles: EVERY,
    initial: 'file:',
    meaning:
      'where large payloads are kept: `file:` (in the data folder), `file:FOLDER` or `s3://BUCKET/PREFIX?endpoint=URL&region=REGION`, see payloads.md',
    schema: parsedBy(blobUrl),
  }),
  payloadKeys: setting({
    env: 'BATON_PAYLOAD_KEYS',
    roles: EVERY,
    unset: 'nothing is encrypted',
    meaning: 'keys that encrypt payloads, `ID:BASE64,…`: the first encrypts, all decrypt',
    secret: true,
    schema: parsedBy(payloadKeys),
  }),
  fsync: setting({
    env: 'BATON_FSYNC',
    roles: KEEPS,
    initial: 'normal',
    meaning: '`full` also survives a power loss, at several milliseconds an event',
    schema: z.enum(['normal', 'full']),
  }),
  retentionDays: setting({
    env: 'BATON_RETENTION_DAYS',
    roles: KEEPS,
    initial: '30',
    unit: 'days',
    meaning: 'how long events, uploads and closed runs are kept',
    schema: whole(1, 3650),
  }),
  taskQueue: setting({
    env: 'BATON_TASK_QUEUE',
    flag: '--task-queue <name>',
    on: ['worker', 'gateway', 'doctor'],
    roles: KEEPS,
    initial: TASK_QUEUE,
    meaning: 'task queue from which workers take runs and agents, and to which they are sent',
    schema: text,
  }),
  maxConcurrentAgents: setting({
    env: 'BATON_MAX_CONCURRENT_AGENTS',
    flag: '--max-concurrent-agents <n>',
    on: ['worker', 'dev'],
    roles: WORKS,
    initial: '100',
    unit: 'agents',
    meaning: 'how many agents may work in one worker at once',
    schema: whole(1, MAX_AGENTS),
  }),
  fair: setting({
    env: 'BATON_FAIR',
    flag: '--no-fair',
    on: ['worker'],
    roles: ['worker'],
    initial: '1',
    meaning:
      '`0` (`--no-fair`) serves first come, first served instead of sharing a worker among users: a fifth faster for very short agents, and one user may block all others',
    schema: flagged,
  }),
  userConcurrency: setting({
    env: 'BATON_USER_CONCURRENCY',
    roles: ['dev', 'gateway', 'client'],
    unset: 'no limit',
    unit: 'agents',
    meaning: 'how many agents of any name may work at once for one user, over all workers',
    schema: whole(1, MAX_AGENTS),
  }),
  reconcileMs: setting({
    env: 'BATON_RECONCILE_MS',
    roles: ['dev', 'worker', 'gateway'],
    initial: '30000',
    // On one machine it costs next to nothing.
    initialOf: { dev: '5000' },
    unit: 'ms',
    meaning: 'how often runs without an end are checked',
    schema: whole(100, MAX_WAIT_MS),
  }),
  httpPort: setting({
    env: 'BATON_HTTP_PORT',
    flag: '--port <port>',
    on: ['gateway'],
    roles: SERVES,
    unset: '8080, or the next free port',
    meaning: 'port of the gateway; `0` takes any free one',
    schema: port,
  }),
  httpHost: setting({
    env: 'BATON_HTTP_HOST',
    flag: '--host <host>',
    on: ['gateway'],
    roles: [...SERVES, 'worker'],
    initial: '127.0.0.1',
    meaning: 'address that the gateway and `/metrics` listen on',
    schema: text,
  }),
  metricsPort: setting({
    env: 'BATON_METRICS_PORT',
    flag: '--metrics-port <port>',
    on: ['worker', 'gateway'],
    roles: [...SERVES, 'worker'],
    unset: "the gateway's own port; a worker serves none",
    meaning: 'port of `/metrics` alone',
    schema: port,
  }),
  allowedOrigins: setting({
    env: 'BATON_ALLOWED_ORIGINS',
    roles: SERVES,
    initial: '',
    meaning: "origins, separated by commas, whose pages may call the gateway besides the gateway's own",
    schema: names,
  }),
  publicHosts: setting({
    env: 'BATON_PUBLIC_HOSTS',
    roles: [...SERVES, 'worker'],
    initial: '',
    meaning:
      'names, separated by commas, by which users reach the gateway besides addresses, `localhost` and BATON_HTTP_HOST; `*` for any, where a proxy checks the name',
    schema: z
      .string()
      .regex(/^[^/:@]*$/, 'must be names without scheme, port and path')
      .pipe(names),
  }),
  uploadsPerUser: setting({
    env: 'BATON_UPLOADS_PER_USER',
    roles: SERVES,
    initial: '200',
    unit: 'files',
    meaning: 'how many uploads one user may keep',
    schema: whole(1, 10_000),
  }),
  uploadBytesPerUser: setting({
    env: 'BATON_UPLOAD_BYTES_PER_USER',
    roles: SERVES,
    initial: '2147483648',
    unit: 'bytes',
    meaning: "size of all of one user's uploads together",
    schema: whole(1, Number.MAX_SAFE_INTEGER),
  }),
  adhocPlans: setting({
    env: 'BATON_ADHOC_PLANS',
    roles: SERVES,
    initial: '0',
    meaning: "`1` lets users start plans of their own over HTTP, of any of the app's agents; else registered ones only",
    schema: flagged,
  }),
  jwtSecret: setting({
    env: 'BATON_JWT_SECRET',
    roles: [...SERVES, 'client'],
    unset: "the data folder's own, made at first use",
    meaning: 'secret of tokens signed by HS256, at least 32 characters',
    secret: true,
    schema: z.string().min(32, 'must have at least 32 characters'),
  }),
  jwksUrl: setting({
    env: 'BATON_JWKS_URL',
    roles: [...SERVES, 'client'],
    unset: 'tokens are signed by the secret',
    meaning: 'keys of an identity provider, in place of the secret; needs issuer and audience',
    schema: httpUrl,
  }),
  jwtIssuer: setting({
    env: 'BATON_JWT_ISSUER',
    roles: [...SERVES, 'client'],
    unset: 'not checked',
    meaning: 'issuer that a token must name',
    schema: text,
  }),
  jwtAudience: setting({
    env: 'BATON_JWT_AUDIENCE',
    roles: [...SERVES, 'client'],
    unset: 'not checked',
    meaning: 'audience that a token must name',
    schema: text,
  }),
  jwtUserClaim: setting({
    env: 'BATON_JWT_USER_CLAIM',
    roles: [...SERVES, 'client'],
    initial: 'sub',
    meaning: 'claim that names the user',
    schema: text,
  }),
  temporalPort: setting({
    flag: '--port <port>',
    on: ['dev'],
    roles: ['dev'],
    unset: 'the one used last time, else any free one',
    meaning: 'port of the embedded Temporal server',
    schema: whole(1, 65_535),
  }),
  codecPort: setting({
    flag: '--port <port>',
    on: ['codec'],
    roles: ['codec'],
    initial: '8081',
    meaning: 'port that the codec server listens on',
    schema: whole(1, 65_535),
  }),
};
