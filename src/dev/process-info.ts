import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/** Command line of a living process, or undefined; a zombie, which still has a process id, does not live. */
export function commandLineOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      // Empty for a zombie. Read from /proc because small container images have no `ps`.
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() || undefined;
    } catch {
      return undefined;
    }
  }
  const { stdout, status } = spawnSync('ps', ['-o', 'stat=,command=', '-p', String(pid)], { encoding: 'utf8' });
  const [, stat = 'Z', command] = /^(\S+)\s+(.*)$/.exec(stdout.trim()) ?? [];
  return status === 0 && !stat.startsWith('Z') ? command : undefined;
}

/** Folder in which a living process works, or undefined. */
export function folderOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/${pid}/cwd`);
    } catch {
      return undefined;
    }
  }
  const { stdout } = spawnSync('lsof', ['-a', '-p', String(pid), '-d', 'cwd', '-Fn'], { encoding: 'utf8' });
  return /^n(.*)$/m.exec(stdout ?? '')?.[1];
}
