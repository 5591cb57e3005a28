import { existsSync, readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LeakLine } from './lines.ts';

function linksOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      // Closed since it was listed.
      return [];
    }
  });
}

function childrenOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, task) => {
    const text = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim();
    return sum + (text ? text.split(' ').length : 0);
  }, 0);
}

/** What a process holds now; undefined where it is gone, or the system does not tell. */
export function measureProcess(name: string, pid: number | undefined, when: 'warm' | 'quiet'): LeakLine | undefined {
  if (pid === undefined || !existsSync(`/proc/${pid}/fd`)) return undefined;
  const links = linksOf(pid);
  const rss = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  const sockets = links.filter((link) => link.startsWith('socket:')).length;
  const rss_mb = Math.round(Number(rss ?? 0) / 1_024);
  return { what: 'process', when, name, pid, fds: links.length, sockets, rss_mb, children: childrenOf(pid) };
}

/** What waits in the outboxes of a data folder. */
export function measureSpool(dataDir: string): LeakLine {
  const folder = join(dataDir, 'outbox');
  const files = existsSync(folder) ? readdirSync(folder).map((name) => statSync(join(folder, name)).size) : [];
  const filled = files.filter((size) => size > 0);
  return { what: 'spool', files: filled.length, bytes: filled.reduce((sum, size) => sum + size, 0) };
}

export const measureTemp = (folder: string): LeakLine => ({ what: 'temp', files: readdirSync(folder) });
