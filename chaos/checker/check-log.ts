import type { Findings } from './findings.ts';
import { nameOf, RUN_ENDS, type KnownRun, type LoggedEvent, type World } from './world.ts';

/** Number of an event among those of its speaker, and who spoke: an attempt of an agent, or the workflow. */
function placeOf({ id }: LoggedEvent): { speaker: string; n: number } | undefined {
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

function checkOrder(events: LoggedEvent[], { fault }: Findings) {
  const lastOf = new Map<string, LoggedEvent & { n: number }>();
  for (const event of events) {
    const place = placeOf(event);
    if (!place) continue;
    const before = lastOf.get(place.speaker);
    lastOf.set(place.speaker, { ...event, n: place.n });
    const isWorkflow = place.speaker.endsWith(':workflow');
    if (before && place.n < before.n) fault('misordered', `${nameOf(event)} comes after ${nameOf(before)}`);
    // The log may refuse one of the workflow's: that an agent is queued which has begun.
    else if (!isWorkflow && place.n !== (before?.n ?? 0) + 1)
      fault('lost', `${place.n - (before?.n ?? 0) - 1} events of an attempt before ${nameOf(event)}`);
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

/** The log by itself: numbers, order, doubles, owners. */
export function checkLog(world: World, findings: Findings): void {
  const { log, runs } = world;
  const ids = new Set<string>();
  const said = new Set<string>();
  for (const [user, events] of log.byUser) {
    checkNumbers(user, events, world, findings);
    checkOrder(events, findings);
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
    if (run.accepted && run.events.length > 0 && !run.events.some(({ type }) => type === 'run_started'))
      findings.fault('lost', `${run.planned.user} ${run.planned.run} run_started`);
  }
  findings.figure('events', log.events.length);
}
