import type { LeakLine } from '../records/lines.ts';
import type { Findings } from './findings.ts';
import type { World } from './world.ts';

/** What a process may hold more than when it was fresh: pools and caches fill up, and stay. */
const ROOM = { fds: 60, sockets: 25, children: 4 } as const;
/** Resident memory that a process may reach after any load, in megabytes. */
const MOST_MB = 1_200;

type Measured = Extract<LeakLine, { what: 'process' }>;

function checkProcess(now: Measured, warm: Measured | undefined, { fault }: Findings) {
  for (const key of ['fds', 'sockets', 'children'] as const) {
    if (warm && now[key] > warm[key] + ROOM[key])
      fault('leaks', `${now.name} holds ${now[key]} ${key}, ${warm[key]} when it was fresh`);
  }
  if (now.rss_mb > MOST_MB) fault('leaks', `${now.name} takes ${now.rss_mb} MB`);
}

/** What is left where nothing should be, once all is quiet and its readers are gone. */
export function checkLeaks({ records, losses }: World, findings: Findings): void {
  const { fault, allowed } = findings;
  const warm = new Map<string, Measured>();
  for (const line of records.leaks) {
    if (line.what === 'process' && line.when === 'warm') warm.set(line.name, line);
    if (line.what === 'process' && line.when === 'quiet') checkProcess(line, warm.get(line.name), findings);
    if (line.what === 'spool' && line.bytes > 0)
      fault('leaks', `${line.bytes} bytes of events wait in ${line.files} spool files`);
    if (line.what === 'temp' && line.files.length > 0)
      fault('leaks', `left in the temporary folder: ${line.files.join(', ')}`);
    if (line.what !== 'unexpected_end') continue;
    const cause = losses.mayEndRole(line.at);
    const words = `${line.name} (process ${line.pid}) ended by itself with ${line.code}: ${line.said.slice(-400)}`;
    if (cause) allowed('ended', `${words} (${cause.fault})`);
    else fault('leaks', words);
  }
  const late = records.faults.filter(({ phase, note }) => phase === 'note' && note?.includes('did not end'));
  for (const { fault: name, note } of late) fault('leaks', `${name}: ${note}`);
  const readAt = Math.max(0, ...records.clients.map(({ at }) => at));
  const held = records.log.filter((line) => line.what === 'lease' && line.expires_at > readAt + 60_000);
  if (held.length > 0) fault('leaks', `${held.length} leases hold a place for a minute after the end`);
}
