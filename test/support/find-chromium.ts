import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const INSTALL = 'apt-get update && apt-get install -y --no-install-recommends chromium';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function onPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/**
 * Path of a Chromium or Chrome on PATH; where there is none and this is root on a Debian, it is installed. The tests of
 * the page fail without one, and never skip: nobody would notice that they are gone.
 *
 * @throws Error with the command that installs one
 */
export function findChromium(): string {
  const found = onPath();
  if (found) return found;
  if (process.getuid?.() === 0) {
    // Test files run at the same time, and two of apt-get refuse each other.
    spawnSync('flock', ['/tmp/baton-chromium.lock', 'sh', '-c', INSTALL], { stdio: 'ignore' });
  }
  const installed = onPath();
  if (installed) return installed;
  throw new Error(`the tests of the page need one of ${NAMES.join(', ')} on PATH: run "sudo sh -c '${INSTALL}'"`);
}
