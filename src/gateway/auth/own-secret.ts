import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivate } from '../../notifier/private-file.ts';

function readSecret(path: string): string | undefined {
  try {
    const secret = readFileSync(path, 'utf8').trim();
    makePrivate(path);
    return secret.length >= 32 ? secret : undefined;
  } catch {
    return undefined;
  }
}

/** The data folder's own token secret, made at the first call; only this user of the machine may read it. */
export function ownSecret(dataDir: string): string {
  const path = join(dataDir, 'jwt-secret');
  const existing = readSecret(path);
  if (existing) return existing;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const made = `${path}.${process.pid}.tmp`;
  writeFileSync(made, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  try {
    // A link appears whole or not at all, and fails if another process was first: both then use the one that is there.
    linkSync(made, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(made, { force: true });
  }
  const secret = readSecret(path);
  if (!secret) throw new Error(`token secret ${path} is damaged: delete it, then sign in again`);
  return secret;
}
