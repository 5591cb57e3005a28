import { homedir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));

/** An installed package's own folder may be read-only, and goes with the next installation. */
function userCache({ XDG_CACHE_HOME: base }: NodeJS.ProcessEnv): string {
  return join(base || join(homedir(), '.cache'), 'baton-agents');
}

/**
 * Folder for programs that are fetched. @default `.cache` in the checkout, `baton-agents` in the user's cache folder for
 * an installed package; `BATON_CACHE_DIR` moves it
 */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env.BATON_CACHE_DIR) return resolve(env.BATON_CACHE_DIR);
  return extname(import.meta.url) === '.ts' ? join(CHECKOUT, '.cache') : userCache(env);
}
