import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** Folder for programs the project fetches for itself. @default `.cache` in the project; `BATON_CACHE_DIR` moves it */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return env.BATON_CACHE_DIR ? resolve(env.BATON_CACHE_DIR) : join(PROJECT, '.cache');
}
