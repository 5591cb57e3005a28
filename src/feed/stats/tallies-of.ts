import { tallyOf } from './execution.ts';
import type { StatsState } from './stats-state.ts';
import { addTally, NO_TALLY, type Tally } from './tally.ts';

/** What every agent's executions came to so far, those of runs that go on included. */
export function talliesOf(states: readonly StatsState[]): Map<string, Tally> {
  const tallies = new Map<string, Tally>();
  const add = (agent: string, tally: Tally) => void tallies.set(agent, addTally(tallies.get(agent) ?? NO_TALLY, tally));
  for (const { settled, active } of states) {
    for (const [agent, tally] of settled) add(agent, tally);
    for (const { executions } of active.values()) {
      for (const execution of executions.values()) add(execution.shown.agent, tallyOf(execution));
    }
  }
  return tallies;
}
