import type { PlannedRun } from '../load/plan-load.ts';
import type { LogLine, SeenEvent, TemporalLine } from '../records/lines.ts';
import { lossesOf, type Losses, type Window } from './losses.ts';
import type { Records } from './read-records.ts';

export type LoggedEvent = Omit<SeenEvent, 'epoch'> & { owner: string };

/** A run with all that is known of it, from every side. */
export type KnownRun = {
  planned: PlannedRun;
  /** When the gateway took it, in milliseconds since 1970; undefined if it never did. */
  acceptedAt: number | undefined;
  /** When the request came that was accepted: what the gateway then read may be older than the run. */
  askedAt: number | undefined;
  /** What the log has of it at the end. */
  events: LoggedEvent[];
  /** What earlier logs had of it and the last one has not, with the number of its log. */
  lost: (LoggedEvent & { log: number })[];
  /** Its executions, the first one first. */
  executions: TemporalLine[];
  /** The loss of the log, or of Temporal, that it lived through. */
  logLoss: Window | undefined;
  temporalLoss: Window | undefined;
};

/** Run ends, by the protocol. */
export const RUN_ENDS = ['run_completed', 'run_failed', 'run_cancelled'];
export const AGENT_ENDS = ['agent_completed', 'agent_error', 'agent_death', 'agent_cancelled'];

export const nameOf = ({ user_id, run_id, seq, type }: Pick<SeenEvent, 'user_id' | 'run_id' | 'seq' | 'type'>) =>
  `${user_id} ${run_id} ${seq} ${type}`;

function logOf(lines: readonly LogLine[]) {
  const events = lines.flatMap((line): LoggedEvent[] =>
    line.what === 'event' ? [{ ...line.event, seq: line.seq, owner: line.user }] : [],
  );
  const epoch = lines.flatMap((line) => (line.what === 'epoch' ? line.epoch : []))[0] ?? '';
  const heads = new Map(lines.flatMap((line) => (line.what === 'head' ? [[line.user, line.head] as const] : [])));
  const unlisted = lines.flatMap((line) => (line.what === 'unlisted' ? line.user : []));
  return { epoch, heads, unlisted, events, byUser: Map.groupBy(events, ({ owner }) => owner) };
}

/** The log that stands at the end, one stream for each user, and what stood in earlier ones alone. */
export function logsOf(lines: readonly LogLine[]) {
  const byLog = Map.groupBy(lines, ({ log }) => log);
  const numbers = [...byLog.keys()].toSorted((a, b) => a - b);
  const last = logOf(byLog.get(numbers.at(-1) ?? 0) ?? []);
  const known = new Set(last.events.map(({ id }) => id));
  const lost = new Map<string, LoggedEvent & { log: number }>();
  for (const log of numbers.slice(0, -1))
    for (const event of logOf(byLog.get(log) ?? []).events)
      if (!known.has(event.id)) lost.set(event.id, { ...event, log });
  return { ...last, lost };
}

function lifeOf(acceptedAt: number | undefined, events: readonly LoggedEvent[]): [from: number, to: number] {
  const times = events.map(({ at }) => Date.parse(at));
  return [Math.min(acceptedAt ?? Number.MAX_SAFE_INTEGER, ...times), Math.max(acceptedAt ?? 0, ...times)];
}

/** A run is closed in Temporal moments after its last event, and its server may be lost in between; in milliseconds. */
const CLOSES_MS = 1_000;

/** Puts together what the records say of each run. */
export function worldOf(records: Records) {
  const losses: Losses = lossesOf(records.faults, records.plan);
  const log = logsOf(records.log);
  const byRun = Map.groupBy(log.events, ({ run_id }) => run_id);
  const lostByRun = Map.groupBy([...log.lost.values()], ({ run_id }) => run_id);
  const runOf = ({ workflow_id }: TemporalLine) => decodeURIComponent(workflow_id.split('/')[2] ?? '');
  const executions = Map.groupBy(
    // What undoes a run that was closed from outside is no execution of the run.
    records.temporal.filter(({ type }) => type !== 'compensateRun'),
    runOf,
  );
  const accepted = new Map<string, { began: number; at: number }>();
  for (const line of records.clients) {
    if (line.what !== 'answer' || line.path !== '/v1/runs' || ![200, 202].includes(line.status)) continue;
    if (line.run !== undefined && !accepted.has(line.run)) accepted.set(line.run, line);
  }
  const runs = records.plan.runs.map((planned): KnownRun => {
    const [events, lost] = [byRun.get(planned.run) ?? [], lostByRun.get(planned.run) ?? []];
    const { at: acceptedAt, began: askedAt } = accepted.get(planned.run) ?? {};
    const life = lifeOf(acceptedAt, [...lost, ...events]);
    // An execution that a server of before had too is the same one; how it closed is what was seen last.
    const own = new Map((executions.get(planned.run) ?? []).map((each) => [each.temporal_run, each]));
    return {
      planned,
      acceptedAt,
      askedAt,
      events,
      lost,
      executions: [...own.values()].toSorted((a, b) => a.started_at - b.started_at),
      logLoss: losses.logLostBetween(...life),
      temporalLoss: losses.temporalLostBetween(life[0], life[1] + CLOSES_MS),
    };
  });
  return { records, losses, log, runs, byName: new Map(runs.map((run) => [run.planned.run, run])) };
}

export type World = ReturnType<typeof worldOf>;

/** All that was ever heard of a run. */
export const heardOf = ({ lost, events }: KnownRun): LoggedEvent[] => [...lost, ...events];

/** When a run began as far as anybody saw, in milliseconds since 1970. */
export const beganAt = ({ askedAt = Number.MAX_SAFE_INTEGER, executions }: KnownRun): number =>
  Math.min(askedAt, ...executions.map(({ started_at }) => started_at));

/**
 * Whether a run came to its end by itself and was terminated before Temporal had closed it: what its own words say is
 * true, since an end is published before the close, and nothing changes it.
 */
export function endedBeforeItClosed(run: KnownRun): boolean {
  const [end] = endsOf(run);
  const { status, closed_at } = run.executions.at(-1) ?? {};
  const isTerminated = run.planned.terminateAfter !== null && status === 'terminated' && closed_at != null;
  return isTerminated && end !== undefined && end.exec !== 'reconciler' && Date.parse(end.at) <= closed_at;
}

/** Whether the Temporal in which a run was under way is gone, so that no history has how it closed. */
export const isGone = ({ temporalLoss, executions }: KnownRun): boolean =>
  temporalLoss !== undefined && executions.at(-1)?.status === 'running';

/** The end of a run that counts: of its last generation; one that is lost only where there is no other. */
export function endsOf(run: KnownRun): LoggedEvent[] {
  const generation = Math.max(0, ...heardOf(run).map((event) => event.generation));
  const ends = (events: LoggedEvent[]) =>
    events.filter((event) => RUN_ENDS.includes(event.type) && event.generation === generation);
  const kept = ends(run.events);
  return kept.length > 0 ? kept : ends(run.lost).slice(-1);
}

export const statusOf = (event: LoggedEvent | undefined) => event?.payload.status as string | undefined;
