import type { ClientLine } from '../records/lines.ts';
import type { Findings } from './findings.ts';
import { nameOf, type World } from './world.ts';

type Line<What extends ClientLine['what']> = Extract<ClientLine, { what: What }>;

type Conn = { after: number; last: number; epoch?: string };

/** What came over the wire, connection by connection. */
function checkWire(who: string, lines: ClientLine[], { fault }: Findings) {
  const conns = new Map<number, Conn>();
  for (const line of lines) {
    if (line.what === 'open') conns.set(line.conn, { after: line.after, last: line.after, epoch: line.epoch });
    const conn = 'conn' in line ? conns.get(line.conn) : undefined;
    if (!conn) continue;
    // Begun at the cursor of another epoch, it is told where to go on.
    if (line.what === 'hello' && conn.epoch !== undefined && conn.epoch !== line.epoch) conn.after = conn.last = 0;
    if (line.what === 'resync') conn.after = conn.last = line.seq;
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
  let epoch: string | undefined;
  for (const line of lines) {
    // What comes after it may be of another epoch, whose numbers are others.
    if (line.what === 'given_resync') [last, epoch] = [line.seq, undefined];
    if (line.what !== 'given') continue;
    if (epoch !== undefined && epoch !== line.epoch) last = 0;
    if (line.seq <= last)
      fault(line.seq === last ? 'doubled' : 'misordered', `${who} was given ${line.seq} after ${last}`);
    else if (line.seq > last + 1) fault('gaps', `${who} was given ${line.seq} after ${last}`);
    [last, epoch] = [line.seq, line.epoch];
  }
}

/** What an earlier log had is listed as its loss already. */
const LISTED = 'listed with its log';

/** The fault by which what was seen was lost as documented: with a new epoch, so that every reader is told. */
function lostBy({ at, event }: Line<'event'>, { log, losses }: World): string | undefined {
  if (event.epoch === log.epoch) return undefined;
  return log.lost.has(event.id) ? LISTED : losses.mayBeLostAfter(at)?.fault;
}

/** What was seen, held against what the log has: nothing of the log unseen, nothing seen that it has not. */
function checkAgainstLog(who: string, user: string, lines: ClientLine[], world: World, { fault, allowed }: Findings) {
  const { log } = world;
  const events = log.byUser.get(user) ?? [];
  const byNumber = new Map(events.map((event) => [event.seq, event]));
  const seen = new Set<string>();
  const epochs = new Map<number, string>();
  const gone = new Map<string, number[]>();
  for (const line of lines) {
    if (line.what === 'hello') epochs.set(line.conn, line.epoch);
    if (line.what === 'resync' && epochs.get(line.conn) === log.epoch)
      for (const event of events) if (event.seq <= line.seq) seen.add(event.id);
    if (line.what !== 'event') continue;
    const { event } = line;
    if (event.user_id !== user) fault('foreign', `${who} saw ${nameOf(event)}`);
    const kept = byNumber.get(event.seq);
    if (kept?.id === event.id) {
      seen.add(event.id);
      continue;
    }
    const by = lostBy(line, world);
    if (by !== undefined) {
      gone.set(by, [...(gone.get(by) ?? []), event.seq]);
      continue;
    }
    const there = `the log has ${kept ? nameOf(kept) : 'nothing'} there${event.epoch === log.epoch ? ', in the same epoch' : ''}`;
    fault('lost', `${who} saw ${nameOf(event)}; ${there}`);
  }
  gone.delete(LISTED);
  for (const [by, seqs] of gone)
    allowed('lost', `${seqs.length} events that ${who} saw, from ${Math.min(...seqs)} to ${Math.max(...seqs)} (${by})`);
  for (const event of events) if (!seen.has(event.id)) fault('lost', `${who} never saw ${nameOf(event)}`);
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
