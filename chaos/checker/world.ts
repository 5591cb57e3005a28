import type { PlannedRun } from '../load/plan-load.ts';
import type { LogLine, SeenEvent, TemporalLine } from '../records/lines.ts';
import type { Records } from './read-records.ts';

export type LoggedEvent = Omit<SeenEvent, 'epoch'> & { owner: string };

/** A run with all that is known of it, from every side. */
export type KnownRun = {
  planned: PlannedRun;
  /** Whether the gateway took it. */
  accepted: boolean;
  events: LoggedEvent[];
  /** Its executions, the first one first. */
  executions: TemporalLine[];
};

/** Run ends, by the protocol. */
export const RUN_ENDS = ['run_completed', 'run_failed', 'run_cancelled'];
export const AGENT_ENDS = ['agent_completed', 'agent_error', 'agent_death', 'agent_cancelled'];

export const nameOf = ({ user_id, run_id, seq, type }: Pick<SeenEvent, 'user_id' | 'run_id' | 'seq' | 'type'>) =>
  `${user_id} ${run_id} ${seq} ${type}`;

const groupBy = <T>(all: readonly T[], key: (one: T) => string) => Map.groupBy(all, key);

/** The log that stands at the end: one stream for each user. */
export function logOf(lines: readonly LogLine[]) {
  const last = Math.max(0, ...lines.map(({ log }) => log));
  const own = lines.filter(({ log }) => log === last);
  const events = own.flatMap((line): LoggedEvent[] =>
    line.what === 'event' ? [{ ...line.event, seq: line.seq, owner: line.user }] : [],
  );
  const epoch = own.flatMap((line) => (line.what === 'epoch' ? line.epoch : []))[0] ?? '';
  const heads = new Map(own.flatMap((line) => (line.what === 'head' ? [[line.user, line.head] as const] : [])));
  return { epoch, heads, events, byUser: groupBy(events, ({ owner }) => owner) };
}

/** Puts together what the records say of each run. */
export function worldOf(records: Records) {
  const log = logOf(records.log);
  const byRun = groupBy(log.events, ({ run_id }) => run_id);
  const runOf = ({ workflow_id }: TemporalLine) => decodeURIComponent(workflow_id.split('/')[2] ?? '');
  const executions = groupBy(
    // What undoes a run that was closed from outside is no execution of the run.
    records.temporal.filter(({ type }) => type !== 'compensateRun'),
    runOf,
  );
  const accepted = new Set(
    records.clients.flatMap((line) =>
      line.what === 'answer' && line.path === '/v1/runs' && [200, 202].includes(line.status) ? (line.run ?? []) : [],
    ),
  );
  const runs = records.plan.runs.map((planned): KnownRun => ({
    planned,
    accepted: accepted.has(planned.run),
    events: byRun.get(planned.run) ?? [],
    executions: (executions.get(planned.run) ?? []).toSorted((a, b) => a.started_at - b.started_at),
  }));
  return { records, log, runs, byName: new Map(runs.map((run) => [run.planned.run, run])) };
}

export type World = ReturnType<typeof worldOf>;

/** The end of a run that counts: of its last generation. */
export function endsOf({ events }: KnownRun): LoggedEvent[] {
  const generation = Math.max(0, ...events.map((event) => event.generation));
  return events.filter((event) => RUN_ENDS.includes(event.type) && event.generation === generation);
}

export const statusOf = (event: LoggedEvent | undefined) => event?.payload.status as string | undefined;
