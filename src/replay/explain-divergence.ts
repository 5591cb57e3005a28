import type { Command } from './command.ts';
import { codeNow } from './code-now.ts';
import { historyActivities, nameOfActivity, type HistoryActivity } from './history-activities.ts';
import { startOf, type HistoryJson } from './history-json.ts';
import { compareSteps, stepsOfHistory, type ComparedSteps } from './run-steps.ts';

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

const EVENT_ID = /EventId$/;

/** Whether its events are numbered without a gap, and those that they name come before them. */
function isWhole({ events }: HistoryJson): boolean {
  return events.every((event, index) => {
    const attributes = Object.entries(event).find(([key]) => key.endsWith('EventAttributes'))?.[1] as
      | object
      | undefined;
    const named = Object.entries(attributes ?? {}).filter(([key]) => EVENT_ID.test(key));
    return Number(event.eventId) === index + 1 && named.every(([, id]) => Number(id) <= index + 1);
  });
}

/**
 * By the history itself where that can be seen: Temporal's own words for code that does not fit a history and for a
 * history that fits no code are the same in places.
 */
function kindOf(detail: string, history: HistoryJson): Divergence['kind'] {
  if (/no such function is exported by the workflow bundle/.test(detail)) return 'unknown_workflow';
  if (!isWhole(history)) return 'damaged';
  return /Nondeterminism|workflow machines|history is out of order|not a valid history/i.test(detail)
    ? 'diverged'
    : 'throws';
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

/** What somebody who changed the code will recognise their change by; empty where the steps do not say. */
function changeOf({ had, asks, isLater }: ComparedSteps): string {
  if (!had) return '';
  if (!asks) return `: ${had.what} is not reached any more`;
  if (isLater) return `: ${asks.what} now comes before ${had.what}, or ${had.what} was removed`;
  return `: ${asks.what} was added before ${had.what}, or takes its place`;
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
  const compared = compareSteps(activities, commands);
  // Code that was stopped by something else has not come as far as the history; the step that follows says nothing.
  const isCutOff = compared && !compared.asks && (compared.had?.eventId ?? 0) > (eventId ?? Infinity);
  const parted = isCutOff ? undefined : compared;
  const now = `the code now ${codeNow(commands, matched)}${parted ? changeOf(parted) : ''}${event}`;

  const found = activities.find(
    ({ eventId: id }) => id === (parted?.had?.kind === 'agent' ? parted.had.eventId : eventId),
  );
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
  const question = parted?.had?.kind === 'question' ? `has ${parted.had.what} here` : undefined;
  const had = question ?? did ?? (named.type ? `has ${named.type} here` : 'goes on otherwise');
  return { ...place, event_id: eventId ?? null, text: `${where}: history ${had}, ${now}` };
}

/** Says by agent and step where a history and the code part, and what the code does there now. */
export function explainDivergence(options: Options): Divergence {
  const detail = detailOf(options.message);
  const kind = kindOf(detail, options.history);
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

/**
 * Where the history of a run is that a worker's code does not fit, by what Temporal said of it: as much as can be known
 * without that code. Undefined where Temporal named no place.
 */
export function placeOfDivergence({ history, message }: Omit<Options, 'commands'>): string | undefined {
  const detail = detailOf(message);
  const activities = historyActivities(history);
  const [, expected, called] = /scheduled event '([^']+)' does not match .* command '([^']+)'/.exec(detail) ?? [];
  const { id } = eventNamed(detail, activities);
  const steps = stepsOfHistory(activities);
  const at = steps.findIndex(({ what, eventId = 0 }) =>
    id === undefined ? what.startsWith(`agent ${expected}`) : eventId >= id,
  );
  const had = steps[at];
  if (!had) return undefined;
  const where = at === 0 ? 'at its start' : `after ${steps[at - 1]?.what}`;
  return `${where}, where the run has ${had.what}${called === undefined ? '' : ` and the code calls ${called}`}`;
}
