import type { ClientLine, SeenEvent } from '../records/lines.ts';
import type { Findings } from './findings.ts';
import { nameOf, type World } from './world.ts';

type Line<What extends ClientLine['what']> = Extract<ClientLine, { what: What }>;

/** What came over the wire, connection by connection. */
function checkWire(who: string, lines: ClientLine[], { fault }: Findings) {
  const conns = new Map<number, { after: number; last: number; loose: boolean }>();
  for (const line of lines) {
    // Begun at another epoch's cursor it is the server that says where to go on.
    if (line.what === 'open') conns.set(line.conn, { after: line.after, last: line.after, loose: false });
    const conn = 'conn' in line ? conns.get(line.conn) : undefined;
    if (!conn) continue;
    if (line.what === 'resync') conns.set(line.conn, { after: line.seq, last: line.seq, loose: false });
    if (line.what !== 'event') continue;
    const { event } = line;
    const name = `${who} ${nameOf(event)}`;
    if (event.seq <= conn.after) fault('doubled', `${name} was sent though ${conn.after} had been seen`);
    else if (event.seq === conn.last) fault('doubled', `${name} was sent twice over one connection`);
    else if (event.seq < conn.last) fault('misordered', `${name} came after ${conn.last}`);
    else if (event.seq > conn.last + 1) fault('gaps', `${name} came after ${conn.last}`);
    conn.last = Math.max(conn.last, event.seq);
  }
}

/** What the client gave to its program. */
function checkGiven(who: string, lines: ClientLine[], { fault }: Findings) {
  let last = 0;
  for (const line of lines) {
    if (line.what === 'given_resync') last = line.seq;
    if (line.what !== 'given') continue;
    if (line.seq <= last)
      fault(line.seq === last ? 'doubled' : 'misordered', `${who} was given ${line.seq} after ${last}`);
    else if (line.seq > last + 1) fault('gaps', `${who} was given ${line.seq} after ${last}`);
    last = line.seq;
  }
}

/** What was seen, held against what the log has: nothing of the log unseen, nothing seen that it has not. */
function checkAgainstLog(who: string, user: string, lines: ClientLine[], { log }: World, { fault }: Findings) {
  const events = log.byUser.get(user) ?? [];
  const byNumber = new Map(events.map((event) => [event.seq, event]));
  const seen = new Set<number>();
  for (const line of lines) {
    if (line.what === 'resync') for (let seq = 1; seq <= line.seq; seq += 1) seen.add(seq);
    if (line.what !== 'event') continue;
    const { event }: { event: SeenEvent } = line;
    if (event.user_id !== user) fault('foreign', `${who} saw ${nameOf(event)}`);
    const kept = byNumber.get(event.seq);
    if (event.epoch !== log.epoch)
      fault('lost', `${who} saw ${nameOf(event)} in epoch ${event.epoch}, the log's is another`);
    else if (kept?.id !== event.id)
      fault('lost', `${who} saw ${nameOf(event)}, where the log has ${kept ? nameOf(kept) : 'nothing'}`);
    seen.add(event.seq);
  }
  const unseen = events.filter(({ seq }) => !seen.has(seq));
  for (const event of unseen) fault('lost', `${who} never saw ${nameOf(event)}`);
}

const isFeed = (line: ClientLine) => !['http', 'operator'].includes(line.client);

/** Every reader of a feed, from its own side. */
export function checkClients(world: World, findings: Findings): void {
  const readers = Map.groupBy(world.records.clients.filter(isFeed), ({ client, user }) => `${client} of ${user}`);
  for (const [who, lines] of readers) {
    const { user } = lines[0] as Line<'open'>;
    checkWire(who, lines, findings);
    checkGiven(who, lines, findings);
    checkAgainstLog(who, user, lines, world, findings);
  }
  const count = (what: string) => world.records.clients.filter((line) => line.what === what).length;
  findings.figure('readers', readers.size);
  findings.figure('connections', count('open'));
  findings.figure('resyncs', count('resync'));
}
