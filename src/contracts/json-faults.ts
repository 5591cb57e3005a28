import { MAX_RESULT_BYTES } from './names.ts';
import { segmentText } from './plan-reference.ts';
import { thrownMessage } from './thrown-message.ts';

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
  many: 'comes after too many other values',
} as const;

/** Whether whoever walks such a value would not come back. */
export function isEndless({ message }: JsonFault): boolean {
  return Object.values<string>(ENDLESS).includes(message);
}

/** A path as text, for people: `steps[2].input["a key"]`. */
export function pathText(path: JsonPath): string {
  return path.map(segmentText).join('').replace(/^\./, '');
}

/** Longest path of a fault in characters: a key may be as long as the value itself. */
const MAX_PATH = 300;

/** Faults that one text lists; the rest are counted. */
const MAX_LISTED = 5;

/** Of whatever realm: an object of the workflow sandbox has another `Object.prototype` than one from outside it. */
function isRoot(prototype: unknown): boolean {
  return typeof prototype === 'object' && prototype !== null && Object.hasOwn(prototype, 'isPrototypeOf');
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value)) return isRoot(Object.getPrototypeOf(Object.getPrototypeOf(value)));
  return prototype === null || isRoot(prototype);
}

function nameOfClass(value: object): string {
  try {
    return String(value.constructor.name).slice(0, 100).toWellFormed() || 'value';
  } catch {
    return 'value';
  }
}

/** What is wrong with an object itself, whatever it holds. Proxies may throw at each question. */
function objectProblem(value: object): string | undefined {
  if (!isPlain(value)) return `a ${nameOfClass(value)} is not JSON`;
  if (Object.getOwnPropertySymbols(value).length > 0) return 'has a symbol as a key, which JSON would drop';
  // JSON would hold what this method makes of it.
  const { toJSON } = value as { toJSON?: unknown };
  return typeof toJSON === 'function' ? 'has a method toJSON: give what it returns' : undefined;
}

function problemOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? undefined : 'has a lone surrogate, which is not text';
    case 'number':
      return Number.isFinite(value) ? undefined : `${value} is not a number that JSON can hold`;
    case 'boolean':
      return undefined;
    case 'object':
      try {
        return value === null ? undefined : objectProblem(value);
      } catch (error) {
        return unreadable(error);
      }
    default:
      return `${typeof value} is not JSON`;
  }
}

function unreadable(error: unknown): string {
  return `cannot be read: ${thrownMessage(error)}`;
}

type Bounds = {
  /** Most values. @default as many as the largest result of an agent may have */
  most?: number;
  /** Whether something is no value but stands for one, and is not looked into. */
  stands?: (value: unknown) => boolean;
};

/**
 * The one check of what crosses from an agent, tool, workflow, client or request to another. Lists the values that JSON
 * would silently change or drop, at most 50: NaN, infinities, bigints, functions, symbols, lone surrogates, `undefined` in
 * arrays, class instances such as Date, Map and bytes, objects with `toJSON`, what throws when it is read, cycles, more
 * than 100 levels, more than `most` values. An absent or `undefined` property, -0 and an object without prototype are fine.
 */
export function jsonFaults(value: unknown, at: JsonPath, { most = MAX_VALUES, stands }: Bounds = {}): JsonFault[] {
  const faults: JsonFault[] = [];
  const path = [...at];
  const above = new Set<object>();
  let values = 0;

  function report(message: string) {
    const text = pathText(path).toWellFormed();
    faults.push({ path: text.length > MAX_PATH ? `${text.slice(0, MAX_PATH).toWellFormed()}…` : text, message });
  }

  const isOver = () => faults.length >= MAX_FAULTS || values > most;

  function walkItem(holder: object, key: string | number) {
    path.push(key);
    try {
      const item = (holder as Record<string | number, unknown>)[key];
      // An absent field may be written as undefined; JSON drops it, which is what it means.
      if (item !== undefined || typeof key === 'number') walk(item);
    } catch (error) {
      report(unreadable(error));
    }
    path.pop();
  }

  function walkObject(inner: object) {
    for (const key of Object.keys(inner)) {
      if (isOver()) return;
      if (!key.isWellFormed()) report('a key has a lone surrogate, which is not text');
      walkItem(inner, key);
    }
  }

  function walk(inner: unknown): void {
    values += 1;
    if (values > most) return values === most + 1 ? report(ENDLESS.many) : undefined;
    if (stands?.(inner)) return;
    const isObject = typeof inner === 'object' && inner !== null;
    const endless = isObject && (above.has(inner) ? ENDLESS.itself : above.size > MAX_DEPTH && ENDLESS.deep);
    const problem = endless || problemOf(inner);
    if (problem) return report(problem);
    if (!isObject) return;
    above.add(inner);
    // By index: a hole of an array would be skipped otherwise, and become null in JSON.
    if (Array.isArray(inner)) for (let n = 0; n < inner.length && !isOver(); n += 1) walkItem(inner, n);
    else walkObject(inner);
    above.delete(inner);
  }

  if (value !== undefined) walk(value);
  return faults;
}

/** The first faults of a value as one line; undefined if JSON can hold it. */
export function notJson(value: unknown, at: JsonPath, bounds: Bounds = {}): string | undefined {
  const faults = jsonFaults(value, at, bounds);
  if (faults.length === 0) return undefined;
  const listed = faults.slice(0, MAX_LISTED).map(({ path, message }) => `${path}: ${message}`);
  if (faults.length > MAX_LISTED) listed.push(`and ${faults.length - MAX_LISTED} more`);
  return listed.join('; ');
}
