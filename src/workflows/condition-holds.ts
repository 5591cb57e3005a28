// Runs inside the workflow sandbox.
import type { Condition } from '../contracts/plan.ts';
import type { PlanBoard } from './plan-board.ts';
import { resolveReference } from './resolve-template.ts';

function same(a: unknown, b: unknown): boolean {
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return a === b;
  const [keysA, keysB] = [Object.keys(a), Object.keys(b)];
  if (Array.isArray(a) !== Array.isArray(b) || keysA.length !== keysB.length) return false;
  return keysA.every((key) => Object.hasOwn(b, key) && same(a[key as keyof typeof a], b[key as keyof typeof b]));
}

/** Order of two numbers or two texts; undefined where they cannot be compared. */
function order(a: unknown, b: unknown): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== 'string' || typeof b !== 'string') return undefined;
  return a < b ? -1 : Number(a > b);
}

/** Whether a step's condition holds. What does not exist equals nothing and is neither more nor less than anything. */
export function conditionHolds({ ref, op, value }: Condition, input: unknown, board: PlanBoard): boolean {
  const { value: found } = resolveReference(ref, input, board);
  const compared = order(found, value);
  switch (op) {
    case 'exists':
      return (found !== undefined && found !== null) === (value ?? true);
    case 'eq':
      return same(found, value);
    case 'ne':
      return !same(found, value);
    case 'in':
      return Array.isArray(value) && value.some((one) => same(found, one));
    case 'lt':
      return compared !== undefined && compared < 0;
    case 'lte':
      return compared !== undefined && compared <= 0;
    case 'gt':
      return compared !== undefined && compared > 0;
    case 'gte':
      return compared !== undefined && compared >= 0;
  }
}
