import { planPredecessors } from '../contracts/plan-graph.ts';
import type { Strategy } from '../contracts/plan.ts';
import type { LooseStep } from './loose-step.ts';
import { fault, MAX_PLAN_FAULTS, unknownName, type PlanFault } from './plan-fault.ts';

function duplicates(steps: LooseStep[]): PlanFault[] {
  const first = new Map<string, number>();
  return steps.flatMap(({ id }, index) => {
    const earlier = first.get(id);
    if (earlier === undefined) first.set(id, index);
    return earlier === undefined
      ? []
      : [fault(['steps', index, 'id'], `${JSON.stringify(id)} is steps[${earlier}] too`)];
  });
}

function unknownSteps(steps: LooseStep[], supplied: ReadonlySet<string>): PlanFault[] {
  const ids = new Set(steps.map(({ id }) => id));
  const faults: PlanFault[] = [];

  function check(index: number, field: 'needs' | 'fallback_for', others: ReadonlySet<string>) {
    const { id, [field]: named } = steps[index] as LooseStep;
    for (const [at, name] of named.entries()) {
      if (faults.length >= MAX_PLAN_FAULTS) return;
      if (ids.has(name) || others.has(name)) continue;
      const known = [...ids, ...others].filter((one) => one !== id);
      faults.push(unknownName(['steps', index, field, at], 'step', name, known));
    }
  }
  for (const index of steps.keys()) {
    check(index, 'needs', supplied);
    // What was supplied cannot have failed, so only steps of the plan have a fallback.
    check(index, 'fallback_for', new Set());
  }
  return faults;
}

/** Steps in an order in which they could run, and those that never could because they wait for one another. */
function inOrder(before: number[][]): { order: number[]; stuck: Set<number> } {
  const waiting = before.map((list) => list.length);
  const after = before.map((): number[] => []);
  before.forEach((list, index) => list.forEach((earlier) => after[earlier]?.push(index)));
  const order = waiting.flatMap((count, index) => (count === 0 ? [index] : []));
  for (let at = 0; at < order.length; at += 1) {
    for (const next of after[order[at] as number] ?? []) {
      waiting[next] = (waiting[next] as number) - 1;
      if (waiting[next] === 0) order.push(next);
    }
  }
  return { order, stuck: new Set(waiting.flatMap((count, index) => (count > 0 ? [index] : []))) };
}

/** Follows what stuck steps wait for until one comes round again; then leaves that circle out and looks for the next. */
function cycles(before: number[][], stuck: Set<number>): number[][] {
  const found: number[][] = [];
  const left = new Set(stuck);
  for (const start of stuck) {
    const trail = new Set<number>();
    let at: number | undefined = left.has(start) ? start : undefined;
    while (at !== undefined && !trail.has(at)) {
      trail.add(at);
      at = before[at]?.find((earlier) => left.has(earlier));
    }
    if (at !== undefined) found.push([...trail].slice([...trail].indexOf(at)));
    trail.forEach((index) => left.delete(index));
  }
  return found;
}

/** All steps before each step, directly or not; undefined for steps in or behind a cycle. */
function ancestorsOf(before: number[][], order: number[]): (Set<number> | undefined)[] {
  const ancestors: (Set<number> | undefined)[] = before.map(() => undefined);
  for (const index of order) {
    const own = new Set<number>(before[index]);
    for (const earlier of before[index] ?? []) ancestors[earlier]?.forEach((far) => own.add(far));
    ancestors[index] = own;
  }
  return ancestors;
}

/** What is wrong with ids and the order of steps, and which steps come before which. */
export function graphFaults(steps: LooseStep[], strategy: Strategy, supplied: ReadonlySet<string>) {
  const before = planPredecessors(steps, strategy);
  const { order, stuck } = inOrder(before);
  const circles = cycles(before, stuck).map((circle) => {
    const [first] = circle as [number, ...number[]];
    const text = [...circle, first].map((index) => steps[index]?.id).join(' -> ');
    const listed = circle.some((index) => (steps[index]?.strategy ?? strategy) === 'sequential');
    const why = listed ? ' (a sequential step also waits for all listed before it)' : '';
    return fault(['steps', first, 'needs'], `steps wait for each other in a circle: ${text}${why}`);
  });
  return {
    faults: [...duplicates(steps), ...unknownSteps(steps, supplied), ...circles],
    ancestors: ancestorsOf(before, order),
  };
}
