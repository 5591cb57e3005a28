import { expect } from '@jest/globals';
import { newEventSchema, type BatonEvent, type NewEvent } from '../../src/contracts/event.ts';
import type { PlanResult, PlanStep, Strategy } from '../../src/contracts/plan.ts';
import type { RunOutcome } from '../../src/contracts/run.ts';
import { emptyFeed, foldFeed } from '../../src/feed/fold.ts';

export type PlanEnd = {
  steps: readonly PlanStep[];
  strategy: Strategy;
  events: readonly NewEvent[];
  /** Undefined of a cancelled run, whose outcome the closed workflow does not carry. */
  outcome?: RunOutcome<PlanResult>;
};

const ENDS = ['agent_completed', 'agent_error', 'agent_death', 'agent_cancelled'];
const STATE_OF = { completed: 'completed', compensated: 'completed', cancelled: 'cancelled' } as const;
const isUndo = ({ agent_run }: NewEvent) => agent_run?.startsWith('undo-') ?? false;

function fold(events: readonly NewEvent[]) {
  const inOrder = events.map((event, n) => ({ ...newEventSchema.parse(event), seq: n + 1 }) as BatonEvent);
  const [run] = inOrder.reduce(foldFeed, emptyFeed()).runs;
  return new Map((run?.agents ?? []).map((agent) => [agent.agent_run, agent]));
}

function positions(events: readonly NewEvent[]) {
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  events.forEach((event, n) => {
    if (!event.step || isUndo(event)) return;
    if (event.type === 'agent_started' && !first.has(event.step)) first.set(event.step, n);
    if (ENDS.includes(event.type) || event.type === 'step_skipped') last.set(event.step, n);
  });
  return { first, last };
}

/** That a step was skipped rides with whichever agent is scheduled next: it may be heard of late, but not happen late. */
function wasSkippedBefore(end: NewEvent | undefined, start: NewEvent | undefined): boolean {
  return end?.type === 'step_skipped' && start !== undefined && end.at <= start.at;
}

/** Ids of the steps that each step directly waits for. */
function waitsFor({ steps, strategy }: Pick<PlanEnd, 'steps' | 'strategy'>): Map<string, readonly string[]> {
  const entries = steps.map((step, index) => {
    const listed = (step.strategy ?? strategy) === 'sequential' ? steps.slice(0, index).map(({ id }) => id) : [];
    return [step.id, [...(step.needs ?? []), ...(step.fallback_for ?? []), ...listed]] as const;
  });
  return new Map(entries);
}

/** No step starts before what it needs, stands in for, or follows has ended. */
export function expectDependencyOrder({ steps, strategy, events }: PlanEnd): void {
  const { first, last } = positions(events);
  for (const [step, earlier] of waitsFor({ steps, strategy })) {
    const start = first.get(step);
    if (start === undefined) continue;
    for (const id of earlier) {
      const end = last.get(id);
      if (end !== undefined && end > start && !wasSkippedBefore(events[end], events[start])) {
        throw new Error(`${step} started before ${id} ended`);
      }
      if (end === undefined && first.has(id)) throw new Error(`${step} started though ${id} has no end`);
    }
  }
}

/** Every agent that started ends, and is told to end once: by its activity, or by the workflow's verdict over it. */
export function expectOneEndEach({ events }: PlanEnd): void {
  const folded = fold(events);
  for (const agentRun of new Set(events.flatMap(({ agent_run }) => agent_run ?? []))) {
    const ends = events.filter(({ agent_run, type }) => agent_run === agentRun && ENDS.includes(type));
    const told = `${agentRun}: ${ends.map(({ type, final }) => `${type}${final ? ' final' : ''}`).join(', ')}`;
    expect([told, ends.filter(({ final }) => final).length <= 1]).toEqual([told, true]);
    expect([told, ends.filter(({ final }) => !final).length <= 1]).toEqual([told, true]);
    expect([told, folded.get(agentRun)?.state]).toEqual([
      told,
      expect.stringMatching(/completed|failed|dead|cancelled/),
    ]);
  }
}

/** What ran and has an undo is undone once, a step before all that it waited for; nothing is if the run went well. */
export function expectCompensations({ steps, strategy, events }: PlanEnd): void {
  const undone = events.flatMap(({ type, step }) => (type === 'compensation_completed' && step ? [step] : []));
  const begun = events.flatMap(({ type, step }) => (type === 'compensation_started' && step ? [step] : []));
  expect(undone).toEqual(begun);
  expect(new Set(undone).size).toBe(undone.length);
  const { first } = positions(events);
  const ran = steps.filter(({ id, compensate }) => compensate && first.has(id)).map(({ id }) => id);
  const wentWell = events.some(({ type }) => type === 'run_completed');
  if (wentWell) return expect(undone).toEqual([]);
  expect(undone).toEqual(expect.arrayContaining(ran));
  // A step of these plans names earlier ones only, so their own sets are there already.
  const ancestors = new Map<string, Set<string>>();
  for (const [id, waited] of waitsFor({ steps, strategy })) {
    ancestors.set(id, new Set(waited.flatMap((one) => [one, ...(ancestors.get(one) ?? [])])));
  }
  for (const [n, later] of undone.entries()) {
    for (const earlier of undone.slice(0, n)) {
      if (ancestors.get(later)?.has(earlier))
        throw new Error(`${earlier} was undone before ${later}, which waited for it`);
    }
  }
}

/** The result says of each step what the feed says. */
export function expectResultAsFeed({ steps, events, outcome }: PlanEnd): void {
  if (!outcome) return;
  const folded = fold(events);
  const results = outcome.result?.steps ?? [];
  expect(results.map(({ id }) => id)).toEqual(steps.map(({ id }) => id));
  const skipped = new Set(events.flatMap(({ type, step }) => (type === 'step_skipped' && step ? [step] : [])));
  const undone = new Set(
    events.flatMap(({ type, step, payload }) =>
      type === 'compensation_completed' && step && (payload as { success: boolean }).success ? [step] : [],
    ),
  );
  for (const { id, status, attempts, result } of results) {
    const agent = folded.get(id);
    // A step that failed for want of a result did not run either.
    const neverRan = status === 'skipped' || (status === 'failed' && attempts === 0);
    expect([id, neverRan]).toEqual([id, skipped.has(id)]);
    if (status === 'compensated') expect([id, undone.has(id)]).toEqual([id, true]);
    if (neverRan) expect([id, agent?.state]).toEqual([id, 'skipped']);
    // Supplied at start; but a step that was cancelled before a worker took it has an end and no attempt.
    else if (attempts === 0 && status !== 'cancelled') expect([id, agent]).toEqual([id, undefined]);
    else {
      const state = status === 'failed' ? expect.stringMatching(/failed|dead/) : STATE_OF[status];
      expect([id, agent]).toEqual([id, expect.objectContaining({ state, attempt: attempts })]);
      if (status === 'completed' || status === 'compensated') expect([id, agent?.result]).toEqual([id, result]);
    }
  }
}
