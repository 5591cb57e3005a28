import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** State of a listening socket in Linux' table of them. */
const LISTENING = '0A';

function socketsOf(pid: number): Set<string> {
  const folder = `/proc/${pid}/fd`;
  const links = readdirSync(folder).map((fd) => {
    try {
      return readlinkSync(`${folder}/${fd}`);
    } catch {
      // Closed since the folder was read.
      return '';
    }
  });
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}

function onLinux(pid: number, port: number): boolean {
  const own = socketsOf(pid);
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
  return rows.some((row) => {
    const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
    return state === LISTENING && local?.endsWith(end) && own.has(inode ?? '');
  });
}

/**
 * Whether it is this process that listens on a port of this machine (IPv4). That something answers there is not enough:
 * of two that begin at once, the loser's port is answered by the winner.
 */
export function listensOn(pid: number, port: number): boolean {
  try {
    // Read from /proc because small container images have no `lsof`.
    if (process.platform === 'linux') return onLinux(pid, port);
  } catch {
    // The process has ended.
    return false;
  }
  const args = ['-nP', '-a', '-p', String(pid), `-iTCP:${port}`, '-sTCP:LISTEN', '-t'];
  return spawnSync('lsof', args).status === 0;
}
