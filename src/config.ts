import { resolve } from 'node:path';
import { z } from 'zod';
import { BatonError } from './contracts/baton-error.ts';

const environment = z.object({
  /** Folder of Temporal's database, the event log, ledgers and reports. */
  BATON_DATA_DIR: z.string().min(1).default('.baton'),
  /** Where events are kept: `sqlite:` (in the data folder) or `sqlite:PATH`. */
  BATON_LOG: z
    .string()
    .regex(/^sqlite:/, 'must begin with sqlite:')
    .default('sqlite:'),
  /** `full` also survives a power loss, at several milliseconds an event. */
  BATON_FSYNC: z.enum(['normal', 'full']).default('normal'),
  /** Days for which events and closed runs are kept. */
  BATON_RETENTION_DAYS: z.coerce.number().int().min(1).max(3650).default(30),
});

export type Config = {
  dataDir: string;
  logPath: string;
  fsync: 'normal' | 'full';
  retentionDays: number;
};

/**
 * Reads the environment once. Every variable has a default that works.
 *
 * @throws BatonError `InvalidInput` that names the first bad variable and what it may be
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0]);
    throw new BatonError(
      'InvalidInput',
      `environment variable ${name}=${JSON.stringify(env[name])}: ${issue?.message}`,
    );
  }
  const { BATON_DATA_DIR, BATON_LOG, BATON_FSYNC, BATON_RETENTION_DAYS } = parsed.data;
  const dataDir = resolve(BATON_DATA_DIR);
  const logPath = resolve(dataDir, BATON_LOG.slice('sqlite:'.length) || 'events.sqlite');
  return { dataDir, logPath, fsync: BATON_FSYNC, retentionDays: BATON_RETENTION_DAYS };
}
