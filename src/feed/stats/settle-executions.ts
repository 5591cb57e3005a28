import { isAtWork, spanOf, tallyOf, type Execution } from './execution.ts';
import type { ActiveRun, StatsState } from './stats-state.ts';
import { addTally, NO_TALLY } from './tally.ts';

/** Whoever is at work when the run is over was cut off, and is told of no more. */
function cutOff(execution: Execution): Execution {
  const began = execution.startedAt !== null || isAtWork(execution);
  if (execution.shown.ended_at !== null || !began) return execution;
  return { ...execution, asks: false, shown: { ...execution.shown, state: 'cancelled' } };
}

/** Adds what the run's executions came to for good: nothing can change any more how they ended. */
export function settleExecutions(state: StatsState, { executions }: ActiveRun): StatsState {
  const settled = new Map(state.settled);
  const concurrent = new Map(state.concurrent);
  let { spans } = state;
  for (const execution of executions.values()) {
    const { agent } = execution.shown;
    const final = cutOff(execution);
    settled.set(agent, addTally(settled.get(agent) ?? NO_TALLY, tallyOf(final)));
    const span = spanOf(final);
    if (span) spans = { value: { agent, ...span }, rest: spans };
    if (!isAtWork(execution)) continue;
    for (const key of ['', agent]) {
      const { now, max } = concurrent.get(key) ?? { now: 0, max: 0 };
      concurrent.set(key, { now: now - 1, max });
    }
  }
  return { ...state, settled, concurrent, spans };
}
