import { isUntaken } from '../../reconciler/is-untaken.ts';
import { polledSince } from '../../reconciler/pollers-of.ts';
import { duration } from '../live/duration.ts';
import type { Diagnosis, Evidence, PendingAgent } from './evidence.ts';
import type { Remedies } from './remedies.ts';
import { placeLines } from './thrown-places.ts';
import { lastPolls, noWorker } from './no-worker.ts';

const ms = (time: string | null) => (time === null ? NaN : Date.parse(time));

/** What is known of one pending activity, in a line. */
function line({ agent, attempt, state, worker, last_failure }: PendingAgent): string {
  const on = worker ? `, on ${worker}` : '';
  return `${agent} is ${state}, attempt ${attempt}${on}${last_failure ? `; it failed by: ${last_failure}` : ''}`;
}

function waits({ folded }: Evidence, { agent }: PendingAgent): boolean {
  return folded?.agents.some((each) => each.agent === agent && each.state === 'queued') ?? false;
}

function ofPaused(one: PendingAgent, remedies: Remedies): Diagnosis {
  const { by = 'somebody', reason, at = null } = one.paused ?? {};
  return {
    reason: 'activity_paused',
    since: at,
    summary: `${one.agent} was paused by ${by} with Temporal's tools${reason ? `: ${reason}` : ''}`,
    evidence: [line(one)],
    remedies: [remedies.retryNow('lets it go on'), remedies.cancel],
  };
}

function ofWaiting(known: Evidence, one: PendingAgent, remedies: Remedies): Diagnosis {
  const { agent, last_failure, last_failure_type, next_attempt_at, attempt, scheduled_at } = one;
  if (last_failure_type === 'RateLimited' && waits(known, one)) {
    return {
      reason: 'limit',
      since: known.folded?.agents.find((each) => each.agent === agent)?.started_at ?? null,
      summary: `${agent} waits for its turn: ${last_failure}`,
      evidence: [line(one)],
      remedies: [
        { command: `baton runs --status running --agent ${agent}`, does: 'shows who has the places' },
        remedies.cancel,
      ],
    };
  }
  const inMs = ms(next_attempt_at) - known.now;
  const when = inMs > 0 ? ` in ${duration(inMs)}, at ${next_attempt_at}` : '';
  return {
    reason: 'retrying',
    since: scheduled_at,
    summary: `${agent} failed ${attempt - 1} times and tries again${when}; it failed by: ${last_failure}`,
    evidence: [line(one), ...placeLines(one.last_failure_places)],
    remedies: [remedies.retryNow('once the cause is mended: tries again at once'), remedies.cancel, remedies.terminate],
  };
}

function ofUntaken(known: Evidence, one: PendingAgent, remedies: Remedies): Diagnosis {
  const due = ms(one.next_attempt_at ?? one.scheduled_at);
  const alive = polledSince(known.pollers, due);
  if (!alive) return noWorker(known, { what: one.agent, since: new Date(due).toISOString() }, remedies);
  return {
    reason: 'busy',
    since: new Date(due).toISOString(),
    summary: `${one.agent} waits for a free worker: those of queue ${known.taskQueue} are busy, or do not know it`,
    evidence: [line(one), ...lastPolls(known)],
    remedies: [remedies.worker('starts one more worker'), remedies.cancel],
  };
}

function ofSilent(known: Evidence, one: PendingAgent, remedies: Remedies): Diagnosis {
  const { agent, worker, last_heartbeat_at, started_at, heartbeat_timeout_ms } = one;
  const last = last_heartbeat_at ?? started_at;
  const age = known.now - ms(last);
  const until = new Date(ms(last) + (heartbeat_timeout_ms ?? 0)).toISOString();
  return {
    reason: 'no_heartbeat',
    since: last,
    summary: `${agent} was last heard of ${duration(age)} ago: its worker is lost or blocked`,
    evidence: [line(one), `Temporal gives it to another worker at ${until}`, ...lastPolls(known)],
    remedies: [remedies.worker(`if ${worker ?? 'its worker'} is gone: starts another`), remedies.look, remedies.cancel],
  };
}

const isSilent = ({ now }: Evidence, one: PendingAgent) =>
  one.heartbeat_timeout_ms !== null &&
  now - ms(one.last_heartbeat_at ?? one.started_at) > Math.max(2_000, one.heartbeat_timeout_ms / 2);

const RUNNING = ['started', 'cancel requested', 'pause requested'];

/** What the pending activities say, the gravest first; undefined where all is well with them. */
export function diagnoseAgents(known: Evidence, remedies: Remedies) {
  const { pending, now } = known;
  const first = (holds: (one: PendingAgent) => boolean) => pending.find(holds);
  const untaken = first(
    ({ state, scheduled_at, next_attempt_at }) =>
      state === 'scheduled' && isUntaken({ dueAt: ms(next_attempt_at ?? scheduled_at), now }),
  );
  const paused = first(({ state }) => state === 'paused' || state === 'pause requested');
  const waiting = first(({ state, last_failure }) => state === 'scheduled' && last_failure !== null);
  const silent = first((one) => RUNNING.includes(one.state) && isSilent(known, one));
  return {
    untaken: () => untaken && ofUntaken(known, untaken, remedies),
    paused: () => paused && ofPaused(paused, remedies),
    waiting: () => waiting && ofWaiting(known, waiting, remedies),
    silent: () => silent && ofSilent(known, silent, remedies),
    lines: pending.map(line),
  };
}
