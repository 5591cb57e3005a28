import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { BatonError } from '../contracts/baton-error.ts';
import { cacheDir } from './cache-dir.ts';

/** Remembers in the cache folder which program was fetched, so that the next start need not look. */
export const CLI_RECORD = 'temporal-cli.json';

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function cachedCli(folder: string): string | undefined {
  try {
    const { path } = JSON.parse(readFileSync(join(folder, CLI_RECORD), 'utf8')) as { path: string };
    const absolute = resolve(folder, path);
    return isProgram(absolute) ? absolute : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The Temporal CLI of this machine: `TEMPORAL_CLI_PATH`, `temporal` on PATH, then the project's cache; undefined if
 * there is none.
 *
 * @throws BatonError `InvalidInput` when TEMPORAL_CLI_PATH names no program: a wish is not silently replaced
 */
export function findTemporalCli(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { TEMPORAL_CLI_PATH: wished, PATH = '' } = env;
  if (wished) {
    if (isProgram(wished)) return resolve(wished);
    throw new BatonError('InvalidInput', `TEMPORAL_CLI_PATH=${wished} is no program; correct it or unset it`);
  }
  const onPath = PATH.split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, 'temporal'));
  return onPath.find(isProgram) ?? cachedCli(cacheDir(env));
}
