import type { Command } from './command.ts';
import { codeNow } from './code-now.ts';
import { historyActivities, nameOfActivity, type HistoryActivity } from './history-activities.ts';
import { startOf, type HistoryJson } from './history-json.ts';

/** Why a history does not replay. */
export type Divergence = {
  /**
   * `diverged`: the code asks for something else than the history has; `throws`: it fails its workflow task, as a worker
   * would for ever; `unknown_workflow`: it has no workflow of this type; `damaged`: the history itself is none.
   */
  kind: 'diverged' | 'throws' | 'unknown_workflow' | 'damaged';
  /** By agent and step, for people. */
  text: string;
  /** The event of the history where code and history part; null where that is not known. */
  event_id: number | null;
  agent: string | null;
  /** Id of the plan's step, or the how manyth agent of the run it is. */
  step: string | null;
  /** What Temporal itself says. */
  detail: string;
};

type Options = { history: HistoryJson; commands: readonly Command[]; message: string };

/** What Temporal's message says, without the wrapping of three layers. */
function detailOf(message: string): string {
  const [, inner] = /message: "((?:[^"\\]|\\.)*)"/.exec(message) ?? [];
  return (inner ?? message).replaceAll('\\"', '"').replaceAll('\\n', '\n');
}

function kindOf(detail: string): Divergence['kind'] {
  if (/no such function is exported by the workflow bundle/.test(detail)) return 'unknown_workflow';
  if (/Nondeterminism/i.test(detail)) return 'diverged';
  return /history is out of order|workflow machines|not a valid history/i.test(detail) ? 'damaged' : 'throws';
}

/** The event that Temporal's message names, itself or by the number of a local activity. */
function eventNamed(detail: string, activities: readonly HistoryActivity[]): { id?: number; type?: string } {
  const [, id, type] = /HistoryEvent\(id: (\d+), (\w+)\)/.exec(detail) ?? [];
  if (id !== undefined) return { id: Number(id), type };
  const [, seq] = /LocalActivity\((\d+)\)/.exec(detail) ?? [];
  return { id: activities.find(({ localSeq }) => localSeq !== undefined && localSeq === Number(seq))?.eventId };
}

/**
 * An activity that history scheduled in the task of the event that Temporal stumbled over, and the code did not: that
 * says more than a timer or search attribute before it.
 */
function notAsked({ events }: HistoryJson, scheduled: readonly HistoryActivity[], asked: number, id = Infinity) {
  const next = scheduled[asked]?.eventId;
  if (next === undefined || next <= id) return undefined;
  const between = events.filter(({ eventId }) => Number(eventId) > id && Number(eventId) < next);
  return between.some(({ eventType }) => eventType.includes('WORKFLOW_TASK')) ? undefined : next;
}

type Place = { agent: string | null; step: string | null };

/** Which agent of the run this is; activities with a dot in their name are none. */
function placeOf(agents: readonly HistoryActivity[], index: number): Place {
  const agent = agents[index];
  return agent ? { agent: agent.name, step: agent.call?.step ?? String(index + 1) } : { agent: null, step: null };
}

function explainDiverged({ history, commands }: Options, detail: string): Omit<Divergence, 'kind' | 'detail'> {
  const activities = historyActivities(history);
  const agents = activities.filter(({ name }) => !name.includes('.'));
  const scheduled = activities.filter(({ localSeq }) => localSeq === undefined);
  const asked = commands.filter((command) => command.kind === 'activity');
  const swapped = scheduled.findIndex(({ name }, index) => asked[index] && asked[index].name !== name);
  const named = eventNamed(detail, activities);
  const eventId =
    swapped >= 0 ? scheduled[swapped]?.eventId : (notAsked(history, scheduled, asked.length, named.id) ?? named.id);
  const event = eventId === undefined ? '' : `; event ${eventId}`;
  const matched = scheduled.filter(({ eventId: id }) => eventId === undefined || id < eventId).length;
  const now = `the code now ${codeNow(commands, matched)}${event}`;

  const found = activities.find(({ eventId: id }) => id === eventId);
  const did = found && `${found.localSeq === undefined ? 'scheduled' : 'ran'} ${nameOfActivity(found)} here`;
  const own = found ? agents.indexOf(found) : -1;
  if (own >= 0) {
    const place = placeOf(agents, own);
    const text = `step ${place.step}, agent ${place.agent}: history ${did}, ${now}`;
    return { ...place, event_id: eventId ?? null, text };
  }
  const place = placeOf(
    agents,
    eventId === undefined ? agents.length - 1 : agents.findLastIndex(({ eventId: id }) => id < eventId),
  );
  const where = place.agent === null ? 'at its start' : `after step ${place.step}, agent ${place.agent}`;
  const had = did ?? (named.type ? `has ${named.type} here` : 'goes on otherwise');
  return { ...place, event_id: eventId ?? null, text: `${where}: history ${had}, ${now}` };
}

/** Says by agent and step where a history and the code part, and what the code does there now. */
export function explainDivergence(options: Options): Divergence {
  const detail = detailOf(options.message);
  const kind = kindOf(detail);
  if (kind === 'diverged') return { kind, detail, ...explainDiverged(options, detail) };
  const nowhere = { kind, detail, event_id: null, agent: null, step: null };
  const workflow = startOf(options.history).workflowType.name;
  if (kind === 'unknown_workflow') {
    const remedy = 'bring it back until no run of it is open, or name the module that has it';
    return { ...nowhere, text: `workflow ${workflow} is not in the code, so that its runs cannot go on: ${remedy}` };
  }
  if (kind === 'damaged') {
    return { ...nowhere, text: `the history is damaged: ${detail}; fetch it again by "baton history export"` };
  }
  const last = options.commands.findLast((one) => one.kind === 'activity' && !one.name.includes('.'));
  const where = last && last.kind === 'activity' ? `after agent ${last.name}` : 'at its start';
  return { ...nowhere, text: `${where}: the code of workflow ${workflow} fails its task: ${detail}` };
}
