import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * When a living process began, as letters and digits to compare on one machine: two processes that had the same number
 * differ in it. Undefined where none has the number, or only a zombie.
 */
export function processStart(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name, in brackets, may have blanks and brackets of its own.
      const [state, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return state === 'Z' ? undefined : rest[18];
    } catch {
      return undefined;
    }
  }
  const { stdout, status } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const [, stat = 'Z', start] = /^(\S+)\s+(.*)$/.exec(stdout?.trim() ?? '') ?? [];
  return status === 0 && !stat.startsWith('Z') ? start?.replace(/\W/g, '') : undefined;
}
