import type { BatonEvent } from '../contracts/event.ts';
import type { FoldedCompensation, FoldedRun } from './folded.ts';

type CompensationEvent = Extract<BatonEvent, { type: 'compensation_started' | 'compensation_completed' }>;

/** Folds the beginning or end of an undo into its run. One that was begun again is shown once, as it stands. */
export function foldCompensation(run: FoldedRun, event: CompensationEvent): FoldedRun {
  const { agent, step } = event.payload;
  const of = typeof event.payload.of === 'string' ? event.payload.of : null;
  const { generation, at } = event;
  const index = run.compensations.findIndex(
    (each) =>
      each.ended_at === null &&
      each.agent === agent &&
      each.step === step &&
      each.of === of &&
      each.generation === generation,
  );
  const begun: FoldedCompensation = {
    agent,
    step,
    of,
    generation,
    success: null,
    error: null,
    started_at: at,
    ended_at: null,
  };
  const known = run.compensations[index] ?? begun;
  const now =
    event.type === 'compensation_started'
      ? known
      : { ...known, success: event.payload.success, error: event.payload.error ?? null, ended_at: at };
  return { ...run, compensations: index < 0 ? [...run.compensations, now] : run.compensations.with(index, now) };
}
