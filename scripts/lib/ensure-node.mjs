import { spawnSync } from 'node:child_process';
import { environment, NPM_FLAGS, SetupError, step } from './step.mjs';

/** Oldest Node that runs TypeScript without a flag. */
const OLDEST = [22, 18];
const BROUGHT = 'node@24';

function isEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/**
 * Version of the `node` that the project's commands would find. It may not be the one that runs this: that one was in
 * node_modules until `npm ci` emptied it.
 */
function versionFound() {
  const { stdout, status } = spawnSync('node', ['--version'], { env: environment(), encoding: 'utf8' });
  return status === 0 ? stdout.trim().slice(1) : '0.0';
}

function install(name, why) {
  const args = ['install', '--no-save', ...NPM_FLAGS, name];
  step({ command: 'npm', args, why, remedy: `Install Node ${OLDEST.join('.')} or newer by hand.` });
}

/** Brings a newer Node into node_modules where the machine's is too old for the project. */
export function ensureNode() {
  const found = versionFound();
  if (isEnough(found)) return;
  install(BROUGHT, `Node ${found} is older than ${OLDEST.join('.')}, bringing a newer one for this project`);
  if (isEnough(versionFound())) return;
  // `node` fetches its binary by an install script, which npm may be told not to run; the binary is a package as well.
  const { platform, arch } = process;
  install(`node-${platform}-${arch}@24`, 'install scripts are off');
  if (isEnough(versionFound())) return;
  throw new SetupError(
    `${BROUGHT} was installed, but "node --version" in node_modules/.bin does not give ${OLDEST.join('.')} or newer; install Node by hand`,
  );
}
