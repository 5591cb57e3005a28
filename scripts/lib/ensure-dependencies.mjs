import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NPM_FLAGS, PROJECT, step } from './step.mjs';

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

/** What the page is built with; an installation without development dependencies lacks it. */
const BUILDER = join(PROJECT, 'node_modules', 'vite', 'package.json');

/** npm writes its own record last, so one that is newer than the lock file means a complete installation. */
function installedByHand() {
  try {
    const record = statSync(join(PROJECT, 'node_modules', '.package-lock.json'));
    return record.mtimeMs >= statSync(LOCK).mtimeMs && existsSync(BUILDER);
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
      args: ['ci', ...NPM_FLAGS],
      why: stamp === undefined ? 'node_modules is missing' : 'node_modules is older than package-lock.json',
      remedy: 'Is the npm registry reachable (npm ping), and is there room on the disk?',
    });
  }
  writeFileSync(STAMP, `${wanted}\n`);
}
