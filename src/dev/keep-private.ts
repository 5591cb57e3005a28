import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivate } from '../notifier/private-file.ts';

/** What Baton keeps in a data folder: secrets, databases, their logs and lists, and folders of users' data. */
const OWN =
  /^(jwt-secret|events\.sqlite.*|temporal\.(db|json|log).*|owner\.(json|lock).*|(worker|gateway)\.log.*|outbox|uploads|blobs|ledgers|reports)$/;

/** Nobody else may put a file in the place of one of ours, such as the secret that signs tokens; gives why, if that fails. */
function keepOthersFromWriting(folder: string): string | undefined {
  const { mode } = statSync(folder);
  const isSticky = (mode & 0o1000) !== 0;
  if ((mode & 0o022) === 0 || isSticky) return undefined;
  try {
    chmodSync(folder, mode & 0o7755);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Makes what Baton keeps in the data folder this user's alone. A folder that Baton made is private already; one that
 * existed before may hold files that everybody can read. What else is in it is left alone.
 *
 * @param warn gets a line about each thing that stays open to others, and why
 */
export function keepPrivate(dataDir: string, warn: (line: string) => void): void {
  let names: string[];
  try {
    names = readdirSync(dataDir);
  } catch {
    // There is none yet; or it cannot be read, and whoever opens the store next says why.
    return;
  }
  const remedy = 'let its owner run "chmod -R go= FOLDER", or set BATON_DATA_DIR to another folder';
  const writable = keepOthersFromWriting(dataDir);
  if (writable !== undefined)
    warn(`data folder ${dataDir}: other users of this machine may write to it (${writable}); ${remedy}`);
  const open = names.flatMap((name) => {
    const fault = OWN.test(name) ? makePrivate(join(dataDir, name)) : undefined;
    return fault === undefined ? [] : [{ name, fault }];
  });
  const [first] = open;
  if (!first) return;
  const which = open.map(({ name }) => name).join(', ');
  warn(`data folder ${dataDir}: other users of this machine may read ${which} (${first.fault}); ${remedy}`);
}
