import { fault, type JsonPath, type PlanFault } from './plan-fault.ts';

/** Deeper values are no input that anybody wrote; they would overflow the stack of whoever walks them. */
const MAX_DEPTH = 100;
const MAX_FAULTS = 50;

/** Values that JSON would silently change or drop: NaN, infinities, lone surrogates, functions, dates, cycles. */
export function jsonFaults(value: unknown, at: JsonPath): PlanFault[] {
  const faults: PlanFault[] = [];

  function problemOf(inner: unknown, depth: number): string | undefined {
    switch (typeof inner) {
      case 'string':
        return inner.isWellFormed() ? undefined : 'has a lone surrogate, which is not text';
      case 'number':
        return Number.isFinite(inner) ? undefined : `${inner} is not a number that JSON can hold`;
      case 'boolean':
        return undefined;
      case 'object': {
        if (inner === null) return undefined;
        if (depth > MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH} levels, or contains itself`;
        const prototype: unknown = Object.getPrototypeOf(inner);
        if (Array.isArray(inner) || prototype === Object.prototype || prototype === null) return undefined;
        return `a ${inner.constructor?.name ?? 'value'} is not JSON`;
      }
      default:
        return `${typeof inner} is not JSON`;
    }
  }

  function walk(inner: unknown, path: JsonPath, depth: number): void {
    if (faults.length >= MAX_FAULTS) return;
    const problem = problemOf(inner, depth);
    if (problem) faults.push(fault(path, problem));
    else if (Array.isArray(inner)) inner.forEach((item, index) => walk(item, [...path, index], depth + 1));
    else if (inner !== null && typeof inner === 'object') {
      for (const [key, item] of Object.entries(inner)) {
        // An absent field may be written as undefined; JSON drops it, which is what it means.
        if (item === undefined) continue;
        if (!key.isWellFormed()) faults.push(fault(path, 'a key has a lone surrogate, which is not text'));
        walk(item, [...path, key], depth + 1);
      }
    }
  }

  if (value !== undefined) walk(value, at, 0);
  return faults;
}
