import { MAX_RESULT_BYTES } from './names.ts';
import { segmentText } from './plan-reference.ts';

export type JsonPath = readonly (string | number)[];

/** One value that JSON cannot hold. */
export type JsonFault = {
  /** Where, as a JSON path: `result.rows[2].cents`. */
  path: string;
  message: string;
};

/** Nobody writes deeper values; walking them would overflow the stack. */
const MAX_DEPTH = 100;
const MAX_FAULTS = 50;

/** Each value takes two bytes of JSON at least. Values that are shared over and over may be few and yet unfold for ever. */
const MAX_VALUES = MAX_RESULT_BYTES / 2;

const ENDLESS = {
  itself: 'contains itself',
  deep: `is nested deeper than ${MAX_DEPTH} levels`,
  many: `comes after ${MAX_VALUES} other values, which is too many`,
} as const;

/** Whether whoever walks such a value would not come back. */
export function isEndless({ message }: JsonFault): boolean {
  return Object.values<string>(ENDLESS).includes(message);
}

/** A path as text, for people: `steps[2].input["a key"]`. */
export function pathText(path: JsonPath): string {
  return path.map(segmentText).join('').replace(/^\./, '');
}

/** Of whatever realm: an object of the workflow sandbox has another `Object.prototype` than one from outside it. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function nameOfClass(value: object): string {
  try {
    return String(value.constructor.name) || 'value';
  } catch {
    return 'value';
  }
}

/**
 * Lists the values that JSON would silently change or drop: NaN, infinities, bigints, functions, symbols, lone
 * surrogates, `undefined` in arrays, class instances such as Date, Map and bytes, cycles, more than 100 levels. An absent
 * or `undefined` property, -0 and an object without prototype are fine.
 */
export function jsonFaults(value: unknown, at: JsonPath): JsonFault[] {
  const faults: JsonFault[] = [];
  const above = new Set<object>();
  let values = 0;

  function report(path: JsonPath, message: string) {
    faults.push({ path: pathText(path), message });
  }

  function problemOf(inner: unknown): string | undefined {
    switch (typeof inner) {
      case 'string':
        return inner.isWellFormed() ? undefined : 'has a lone surrogate, which is not text';
      case 'number':
        return Number.isFinite(inner) ? undefined : `${inner} is not a number that JSON can hold`;
      case 'boolean':
        return undefined;
      case 'object':
        if (inner === null) return undefined;
        if (above.has(inner)) return ENDLESS.itself;
        if (above.size > MAX_DEPTH) return ENDLESS.deep;
        return Array.isArray(inner) || isPlain(inner) ? undefined : `a ${nameOfClass(inner)} is not JSON`;
      default:
        return `${typeof inner} is not JSON`;
    }
  }

  function walkObject(inner: object, path: JsonPath) {
    for (const key of Object.keys(inner)) {
      let item: unknown;
      try {
        item = (inner as Record<string, unknown>)[key];
      } catch (error) {
        report([...path, key], `cannot be read: ${String(error)}`);
        continue;
      }
      // An absent field may be written as undefined; JSON drops it, which is what it means.
      if (item === undefined) continue;
      if (!key.isWellFormed()) report(path, 'a key has a lone surrogate, which is not text');
      walk(item, [...path, key]);
    }
  }

  function walk(inner: unknown, path: JsonPath): void {
    if (faults.length >= MAX_FAULTS) return;
    values += 1;
    if (values > MAX_VALUES) {
      if (values === MAX_VALUES + 1) report(path, ENDLESS.many);
      return;
    }
    const problem = problemOf(inner);
    if (problem) return report(path, problem);
    if (inner === null || typeof inner !== 'object') return;
    above.add(inner);
    // By index: a hole of an array would be skipped otherwise, and become null in JSON.
    if (Array.isArray(inner)) for (let n = 0; n < inner.length; n += 1) walk(inner[n], [...path, n]);
    else walkObject(inner, path);
    above.delete(inner);
  }

  if (value !== undefined) walk(value, at);
  return faults;
}
