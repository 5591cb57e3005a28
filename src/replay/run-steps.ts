import type { NewEvent } from '../contracts/event.ts';
import { PUBLISH_ACTIVITY, UNDO_ACTIVITY } from '../contracts/names.ts';
import type { Command } from './command.ts';
import { nameOfActivity, type HistoryActivity } from './history-activities.ts';

/** A step of a run as its author thinks of it. */
export type RunStep = {
  /** As people call it: `agent booker`, `question price`. */
  what: string;
  kind: 'agent' | 'question' | 'undo';
  /** Event of the history that holds it; undefined of a step that the code asks for. */
  eventId?: number;
  /** Known by its agent only: a history does not keep what a local activity was called with. */
  bare?: boolean;
};

/** What an activity was called with, as far as it is looked at here. */
type Called = Pick<HistoryActivity, 'name' | 'call'> & { eventId?: number };

const isQuestion = ({ type }: NewEvent) => type === 'approval_requested';

function questionOf({ payload }: NewEvent): string {
  return `question ${(payload as { approval_id: string }).approval_id}`;
}

/** The steps that activities stand for, in order. A question is told by each activity until one has delivered it. */
function stepsOf(called: readonly Called[]): RunStep[] {
  const asked = new Set<string>();
  return called.flatMap(({ name, call, eventId }) => {
    const questions = (call?.events ?? []).filter(isQuestion).map(questionOf);
    const steps: RunStep[] = questions
      .filter((what) => !asked.has(what))
      .map((what) => ({ kind: 'question', what, eventId }));
    for (const what of questions) asked.add(what);
    if (name === UNDO_ACTIVITY) steps.push({ kind: 'undo', what: nameOfActivity({ name, call }), eventId });
    else if (!name.includes('.')) {
      const what = `agent ${nameOfActivity({ name, call })}`;
      steps.push({ kind: 'agent', what, eventId, ...(!call && { bare: true }) });
    }
    return steps;
  });
}

function isSame(held: RunStep, asked: RunStep | undefined): boolean {
  return held.what === asked?.what || (held.bare === true && asked?.what.startsWith(`${held.what} (`) === true);
}

/** The steps of a history. */
export const stepsOfHistory = (activities: readonly HistoryActivity[]): RunStep[] => stepsOf(activities);

export type ComparedSteps = {
  /** The step of the history where they part, and the code's one; undefined where one has none. */
  had: RunStep | undefined;
  asks: RunStep | undefined;
  /** Whether the history has the code's step as well, later. */
  isLater: boolean;
};

/**
 * Compares the steps of a history with those that the code asked for until it was stopped; undefined if they do not part.
 * Histories from before questions were published by activities of their own do not say where a question was asked, so that
 * with these only agents and undoing are compared.
 */
export function compareSteps(
  activities: readonly HistoryActivity[],
  commands: readonly Command[],
): ComparedSteps | undefined {
  const inTask = activities.some(({ name, localSeq }) => localSeq !== undefined && name === PUBLISH_ACTIVITY);
  const compared = (steps: RunStep[]) => (inTask ? steps.filter(({ kind }) => kind !== 'question') : steps);
  const held = compared(stepsOfHistory(activities));
  const asked = compared(
    stepsOf(
      commands
        .filter((command) => command.kind === 'activity' || command.kind === 'local')
        .map(({ name, args }) => ({ name, call: args[0] as Called['call'] })),
    ),
  );
  const matched = held.findIndex((step, n) => !isSame(step, asked[n]));
  const parted = matched >= 0 ? matched : held.length;
  const [had, asks] = [held[parted], asked[parted]];
  if (!had && !asks) return undefined;
  const isLater = asks !== undefined && held.slice(parted + 1).some((step) => isSame(step, asks));
  return { had, asks, isLater };
}
