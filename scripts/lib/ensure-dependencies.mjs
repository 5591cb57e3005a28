import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT, step } from './step.mjs';

const LOCK = join(PROJECT, 'package-lock.json');
const STAMP = join(PROJECT, 'node_modules', '.baton-setup');

const lockHash = () => createHash('sha256').update(readFileSync(LOCK)).digest('hex');

function read(path) {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** npm writes its own record last, so one that is newer than the lock file tells of a complete installation. */
function installedByHand() {
  try {
    return statSync(join(PROJECT, 'node_modules', '.package-lock.json')).mtimeMs >= statSync(LOCK).mtimeMs;
  } catch {
    return false;
  }
}

/** Installs the dependencies as the lock file says, unless exactly these are installed. */
export function ensureDependencies() {
  const wanted = lockHash();
  const stamp = read(STAMP);
  if (stamp === wanted) return;
  if (stamp !== undefined || !installedByHand()) {
    step({
      command: 'npm',
      args: ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
      why: stamp === undefined ? 'node_modules is missing' : 'node_modules is older than package-lock.json',
      remedy: 'Is the npm registry reachable (npm ping), and is there room on the disk?',
    });
  }
  writeFileSync(STAMP, `${wanted}\n`);
}
