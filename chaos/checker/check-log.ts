import type { Findings } from './findings.ts';
import { heardOf, nameOf, RUN_ENDS, type KnownRun, type LoggedEvent, type World } from './world.ts';

/** Who speaks of a run from outside: a reconciler, or a command. */
const OUTSIDE = 'reconciler';

/** Number of an event among those of its speaker, and who spoke: an attempt of an agent, or the workflow. */
function placeOf({ id, exec }: Pick<LoggedEvent, 'id' | 'exec'>): { speaker: string; n: number } | undefined {
  // What is said from outside is named after what it is about.
  if (exec === OUTSIDE) return undefined;
  const at = id.lastIndexOf(':');
  const n = Number(id.slice(at + 1));
  return Number.isInteger(n) && n > 0 ? { speaker: id.slice(0, at), n } : undefined;
}

/** What an attempt says once: said again under another id, it is doubled all the same. */
function saidOnce({ type, exec, workflow_id, agent_run, payload, final }: LoggedEvent): string | undefined {
  const about = { agent_started: '', agent_thinking: payload.step_number, tool_executing: payload.call_id }[type];
  const isActivity = /\.\d+\.\d+$/.test(exec);
  return about === undefined || !isActivity ? undefined : [workflow_id, agent_run, exec, type, final, about].join(' ');
}

function checkNumbers(user: string, events: LoggedEvent[], { log }: World, { fault }: Findings) {
  const head = log.heads.get(user) ?? 0;
  let last = 0;
  for (const event of events) {
    if (event.seq !== last + 1) fault('gaps', `the log of ${user} goes from ${last} to ${nameOf(event)}`);
    last = event.seq;
  }
  if (head !== last) fault('gaps', `the log of ${user} ends at ${last}, its head is ${head}`);
}

/** Holes in what one speaker said. The log may refuse one of the workflow's: that an agent is queued which has begun. */
function checkHole(event: LoggedEvent, from: number, { log, byName }: World, { fault, allowed }: Findings) {
  const { speaker, n } = placeOf(event) as { speaker: string; n: number };
  if (speaker.endsWith(':workflow')) return;
  const missing = Array.from({ length: n - from - 1 }, (_, k) => `${speaker}:${from + 1 + k}`);
  const gone = missing.filter((id) => !log.lost.has(id));
  if (gone.length === 0) return;
  const loss = byName.get(event.run_id)?.logLoss;
  const words = `${gone.length} events of an attempt before ${nameOf(event)}`;
  if (loss) allowed('lost', `${words} (${loss.fault})`);
  else fault('lost', words);
}

function checkOrder(events: LoggedEvent[], world: World, findings: Findings) {
  const lastOf = new Map<string, LoggedEvent>();
  for (const event of events) {
    const place = placeOf(event);
    if (!place) continue;
    const before = lastOf.get(place.speaker);
    const n = before ? (placeOf(before)?.n ?? 0) : 0;
    lastOf.set(place.speaker, event);
    if (before && place.n < n) findings.fault('misordered', `${nameOf(event)} comes after ${nameOf(before)}`);
    else checkHole(event, n, world, findings);
  }
}

function checkOwners(event: LoggedEvent, { byName }: World, { fault }: Findings) {
  const { owner, user_id, run_id, type, payload } = event;
  const planned = byName.get(run_id)?.planned;
  if (user_id !== owner) fault('foreign', `${nameOf(event)} stands in the log of ${owner}`);
  else if (!planned) fault('foreign', `${nameOf(event)} is of a run that nobody asked for`);
  else if (planned.user !== owner) fault('foreign', `${nameOf(event)} is of a run of ${planned.user}`);
  else if (type === 'agent_thinking' && !String(payload.reasoning).endsWith(` for ${owner} in ${run_id}`))
    fault('foreign', `${nameOf(event)} says "${payload.reasoning}"`);
}

function checkAfterEnd({ events }: KnownRun, { fault }: Findings) {
  let end: LoggedEvent | undefined;
  for (const event of events) {
    if (end && event.generation > end.generation) end = undefined;
    if (end && event.type !== 'operator_action' && !RUN_ENDS.includes(event.type))
      fault('misordered', `${nameOf(event)} comes after the run's end ${end.seq}`);
    if (RUN_ENDS.includes(event.type)) end = event;
  }
}

function checkBeginning(run: KnownRun, { fault, allowed }: Findings) {
  const heard = heardOf(run);
  if (heard.length === 0 || heard.some(({ type }) => type === 'run_started')) return;
  const words = `${run.planned.user} ${run.planned.run} run_started`;
  if (run.logLoss) allowed('lost', `${words} (${run.logLoss.fault})`);
  else fault('lost', words);
}

/** What earlier logs had and the last one has not, user by user, with the fault that took it. */
function listLosses({ log, losses }: World, { allowed, fault }: Findings) {
  const by = Map.groupBy(log.lost.values(), ({ log: number, owner }) => `${number} ${owner}`);
  for (const events of by.values()) {
    const [{ log: number, owner } = { log: 0, owner: '' }] = events;
    const seqs = events.map(({ seq }) => seq);
    const loss = losses.ofLog[number];
    const words = `${events.length} events of ${owner}, from ${Math.min(...seqs)} to ${Math.max(...seqs)}`;
    if (loss) allowed('lost', `${words} (${loss.fault})`);
    else fault('lost', words);
  }
}

/** The log by itself: numbers, order, doubles, owners. */
export function checkLog(world: World, findings: Findings): void {
  const { log, runs } = world;
  const ids = new Set<string>();
  const said = new Set<string>();
  for (const [user, events] of log.byUser) {
    checkNumbers(user, events, world, findings);
    checkOrder(events, world, findings);
    for (const event of events) {
      checkOwners(event, world, findings);
      const once = saidOnce(event);
      if (ids.has(event.id)) findings.fault('doubled', `${nameOf(event)} has an id that was there before`);
      else if (once && said.has(once)) findings.fault('doubled', `${nameOf(event)} was said before by ${event.exec}`);
      ids.add(event.id);
      if (once) said.add(once);
    }
  }
  for (const run of runs) {
    checkAfterEnd(run, findings);
    checkBeginning(run, findings);
  }
  listLosses(world, findings);
  for (const user of log.unlisted) findings.fault('lost', `the log has events of ${user} and does not list this user`);
  findings.figure('events', log.events.length);
}
