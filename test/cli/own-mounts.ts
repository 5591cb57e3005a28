import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';

/** Users may have namespaces of their own on most Linux systems; where they may not, root needs none for a mount. */
const WAYS = [
  ['unshare', '-Urm'],
  ['unshare', '-m', '--propagation', 'private'],
] as const;

/** Begins a command that has mounts of its own, which nobody else sees; undefined where nothing may be mounted. */
export function ownMounts(): readonly string[] | undefined {
  return WAYS.find(([program, ...args]) => {
    const mount = ['mount', '-t', 'tmpfs', 'none', tmpdir()];
    return spawnSync(program, [...args, ...mount]).status === 0;
  });
}
