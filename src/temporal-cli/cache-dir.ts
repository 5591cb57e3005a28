import { homedir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));

/** An installed package's own folder may be read-only, and goes with the next installation. */
function userCache({ XDG_CACHE_HOME: base, BATON_DATA_DIR: dataDir }: NodeJS.ProcessEnv): string {
  try {
    return join(base || join(homedir(), '.cache'), 'baton-agents');
  } catch {
    // A user without HOME and without a name, as in containers. A shared folder such as /tmp could hold another's programs.
    return resolve(dataDir || '.baton', 'cache');
  }
}

/**
 * Folder for programs that are fetched. @default `.cache` in the checkout, `baton-agents` in the user's cache folder for
 * an installed package; `BATON_CACHE_DIR` moves it
 */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env.BATON_CACHE_DIR) return resolve(env.BATON_CACHE_DIR);
  return extname(import.meta.url) === '.ts' ? join(CHECKOUT, '.cache') : userCache(env);
}
