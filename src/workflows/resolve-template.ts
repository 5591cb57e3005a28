// Runs inside the workflow sandbox.
import { looksLikeReference, parseReference, unescapeLiteral } from '../contracts/plan-reference.ts';
import type { PlanBoard } from './plan-board.ts';

/** A step whose result is referred to and was not given. */
export type Gap = { step: string; status: string };

type Resolved = { value: unknown; gaps: Gap[] };

function inside(value: unknown, path: (string | number)[]): unknown {
  return path.reduce<unknown>((at, segment) => {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, segment)) return undefined;
    return (at as Record<string | number, unknown>)[segment];
  }, value);
}

/** What a reference stands for now. A field that a result does not have is undefined, as in the result itself. */
export function resolveReference(text: string, input: unknown, board: PlanBoard): Resolved {
  const reference = parseReference(text);
  // The checker refused such a plan; a run that was started around it must not take the text for a value.
  if (!reference) throw new TypeError(`${JSON.stringify(text)} is no reference`);
  const { root, step, path } = reference;
  if (root === 'input') return { value: inside(input, path), gaps: [] };
  if (root === 'failed') {
    const told = step === undefined ? board.failures() : board.failureOf(step);
    return { value: inside(told, path) ?? null, gaps: [] };
  }
  const found = board.of(step as string);
  if (found?.status === 'completed') return { value: inside(found.result, path), gaps: [] };
  return { value: undefined, gaps: [{ step: step as string, status: found?.status ?? 'not run' }] };
}

/** Puts values in the place of a template's references. */
export function resolveTemplate(template: unknown, input: unknown, board: PlanBoard): Resolved {
  const gaps: Gap[] = [];

  function resolve(inner: unknown): unknown {
    if (looksLikeReference(inner)) {
      const found = resolveReference(inner, input, board);
      gaps.push(...found.gaps);
      return found.value;
    }
    if (typeof inner === 'string') return unescapeLiteral(inner);
    if (Array.isArray(inner)) return inner.map(resolve);
    if (inner === null || typeof inner !== 'object') return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, part]) => [key, resolve(part)]));
  }

  return { value: resolve(template), gaps };
}
