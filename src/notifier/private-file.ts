import { chmodSync, closeSync, openSync, statSync } from 'node:fs';

/** What group and others may do, in a file's mode. */
const OTHERS = 0o077;

const SYSTEM_WITHOUT_MODES = process.platform === 'win32';

const modeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.mode;

/**
 * Takes from group and others what they may do with a file or folder, if it is there: it may have been made under another
 * umask, or restored from a backup.
 *
 * @returns why that cannot be done, or undefined where it is done
 */
export function makePrivate(path: string): string | undefined {
  if (SYSTEM_WITHOUT_MODES) return undefined;
  try {
    const mode = modeOf(path);
    if (mode === undefined || (mode & OTHERS) === 0) return undefined;
    chmodSync(path, mode & 0o7700);
    // Some file systems take every mode and keep none.
    return ((modeOf(path) ?? 0) & OTHERS) === 0 ? undefined : 'its file system keeps no modes';
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Makes an empty file for this user only, unless there is one: SQLite alone makes its files as the umask says. One that is
 * there is not opened, because closing it would drop the locks that this process has on it.
 */
export function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch {
    // It is there; or it cannot be made, and whoever opens it next says why.
  }
}
