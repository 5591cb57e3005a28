import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { checkRecords } from '../../chaos/checker/check-folder.ts';
import type { Column } from '../../chaos/checker/findings.ts';
import type { Records } from '../../chaos/checker/read-records.ts';
import type { ClientLine, LogLine } from '../../chaos/records/lines.ts';

/** The records of a campaign of twelve runs and one restart in which nothing went wrong. */
const text = gunzipSync(readFileSync(join(import.meta.dirname, 'recorded.json.gz'))).toString();
export const recorded = () => JSON.parse(text) as Records;

export type LogEvent = Extract<LogLine, { what: 'event' }>;

const isEvent = (line: LogLine): line is LogEvent => line.what === 'event';
const events = ({ log }: Records) => log.filter(isEvent);

/** The first event of the log that fits; it must be there. */
export function eventOf(records: Records, fits: (line: LogEvent) => boolean): LogEvent {
  const found = events(records).find(fits);
  if (!found) throw new Error('the recorded campaign has no such event');
  return found;
}
export const thought = (records: Records, n = 2) =>
  eventOf(records, ({ event }) => event.type === 'agent_thinking' && event.payload.step_number === n);

/** Columns with findings, after the records were changed. */
export function found(change: (records: Records) => void): Column[] {
  const records = recorded();
  change(records);
  const report = checkRecords(records);
  return (Object.keys(report.found) as Column[]).filter((column) => report.found[column].length > 0);
}

/** Takes an event out as if the log had never had it: later ones move up, and no client saw it. */
export function loseEverywhere(records: Records, { user, seq, event }: LogEvent) {
  records.log = records.log.filter((line) => !(isEvent(line) && line.event.id === event.id));
  for (const line of records.log) {
    if (line.what === 'event' && line.user === user && line.seq > seq) line.seq -= 1;
    if (line.what === 'head' && line.user === user) line.head -= 1;
  }
  const ofUser = (line: ClientLine) => line.user === user;
  records.clients = records.clients.filter(
    (line) =>
      !(
        ofUser(line) &&
        ((line.what === 'event' && line.event.id === event.id) || (line.what === 'given' && line.id === event.id))
      ),
  );
  for (const line of records.clients.filter(ofUser)) {
    if (line.what === 'event' && line.event.seq > seq) line.event.seq -= 1;
    if ((line.what === 'given' && line.seq > seq) || (line.what === 'given_resync' && line.seq >= seq)) line.seq -= 1;
    if (line.what === 'open' && line.after >= seq) line.after -= 1;
  }
}
