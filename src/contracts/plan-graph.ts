/** What waits for what in a plan. Imports nothing by value: the checker and the workflow must build the same graph. */

import type { Strategy } from './plan.ts';

type Step = { id: string; strategy?: Strategy; needs?: readonly string[]; fallback_for?: readonly string[] };

/**
 * For each step the indices of the steps it waits for: those it needs, those it stands in for, and, if it is
 * sequential, those listed before it. A sequential step waits for the sequential one before it and for all parallel
 * ones since; that is enough, and keeps the number of edges in proportion to the steps.
 */
export function planPredecessors(steps: readonly Step[], strategy: Strategy = 'sequential'): number[][] {
  const indexOf = new Map(steps.map(({ id }, index) => [id, index]));
  let lastSequential = -1;
  return steps.map((step, index) => {
    const named = [...(step.needs ?? []), ...(step.fallback_for ?? [])].map((id) => indexOf.get(id));
    const before = new Set(named.filter((found) => found !== undefined));
    if ((step.strategy ?? strategy) === 'sequential') {
      for (let earlier = Math.max(0, lastSequential); earlier < index; earlier += 1) before.add(earlier);
      lastSequential = index;
    }
    return [...before];
  });
}
