import type { Kind, PlannedRun } from './plan-load.ts';

/** What must come of a run that nothing but its own user and code touches. */
export type Expectation = {
  status: 'completed' | 'failed';
  /** Whether a run that completed has paid. */
  pays: boolean;
  reserves: boolean;
};

const PAYS: readonly Kind[] = ['buy', 'buyBlind', 'trip', 'basket'];

export function expectationOf({ kind, answer, breaks }: PlannedRun): Expectation {
  const rejected = answer === 'reject';
  return {
    status: breaks && !rejected ? 'failed' : 'completed',
    pays: PAYS.includes(kind) && !rejected,
    reserves: kind === 'trip',
  };
}

/** Input of the workflow or plan, as it is sent. */
export function inputOf({ run, user, kind, item, thoughts, pace, stumbles, answer, breaks }: PlannedRun) {
  const order = { owner: user, run, item, thoughts, pace_ms: pace, stumbles };
  if (kind === 'trip') return { ...order, asks: answer !== null, breaks };
  return kind === 'basket' ? { ...order, breaks } : order;
}
