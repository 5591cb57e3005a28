import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** State of a listening socket in Linux' table of them. */
const LISTENING = '0A';

/** Processes of the group that `pid` leads: what is called `temporal` may be a script that starts the server. */
function groupOf(pid: number): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // The name of the program, in brackets, may hold anything; then come state, parent and group.
      const [, , group] = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      return Number(group) === pid ? [Number(name)] : [];
    } catch {
      // Ended since the folder was read.
      return [];
    }
  });
}

function linksOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function socketsOf(pid: number): Set<string> {
  const folder = `/proc/${pid}/fd`;
  const links = linksOf(folder).map((fd) => {
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
  const own = new Set([pid, ...groupOf(pid)].flatMap((each) => [...socketsOf(each)]));
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
  return rows.some((row) => {
    const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
    return state === LISTENING && local?.endsWith(end) && own.has(inode ?? '');
  });
}

/**
 * Whether it is this process, or one of the group that it leads, that listens on a port of this machine (IPv4). That
 * something answers there is not enough: it may be anybody's server.
 */
export function listensOn(pid: number, port: number): boolean {
  try {
    // Read from /proc because small container images have no `lsof`.
    if (process.platform === 'linux') return onLinux(pid, port);
  } catch {
    // The process has ended.
    return false;
  }
  const among = (flag: '-p' | '-g') =>
    spawnSync('lsof', ['-nP', '-a', flag, String(pid), `-iTCP:${port}`, '-sTCP:LISTEN', '-t']).status === 0;
  return among('-p') || among('-g');
}
