class Money {
  cents = 5;
}

function cycle(): unknown {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let n = 0; n < levels; n += 1) value = [value];
  return value;
}

function refuse(): never {
  throw new Error('not to be read');
}

/** What JSON would change or drop, each as it stands in `{ at: … }`, and the path that its refusal names. */
export const NOT_JSON: readonly (readonly [what: string, make: () => unknown, path: string])[] = [
  ['NaN', () => Number.NaN, 'at'],
  ['Infinity', () => -Infinity, 'at'],
  ['a bigint', () => 1n, 'at'],
  ['a function', () => () => 1, 'at'],
  ['a symbol', () => Symbol('x'), 'at'],
  ['undefined in a list', () => [1, undefined], 'at[1]'],
  ['a hole of a list', () => Array(3), 'at[0]'],
  ['a list of a billion holes', () => Array(1_000_000_000), 'at[0]'],
  ['a Date', () => ({ when: new Date(0) }), 'at.when'],
  ['a Map', () => new Map([['a', 1]]), 'at'],
  ['a Set', () => [new Set([1])], 'at[0]'],
  ['bytes', () => new Uint8Array(3), 'at'],
  ['an instance of a class', () => new Money(), 'at'],
  ['a boxed number', () => Object(5), 'at'],
  ['a promise', () => Promise.resolve(1), 'at'],
  ['an error', () => new Error('x'), 'at'],
  ['a cycle', cycle, 'at.self'],
  ['a lone surrogate', () => 'a\uD800', 'at'],
  ['a lone surrogate in a key', () => ({ '\uD800': 1 }), 'at'],
  ['a symbol as a key', () => ({ [Symbol('x')]: 1 }), 'at'],
  ['102 levels', () => deep(102), `at${'[0]'.repeat(90)}`.slice(0, 40)],
  ['an object with toJSON', () => ({ toJSON: () => 1 }), 'at'],
  ['a getter that throws', () => Object.defineProperty({}, 'x', { get: refuse, enumerable: true }), 'at.x'],
  ['a proxy that throws', () => new Proxy({}, { ownKeys: refuse, getPrototypeOf: refuse }), 'at'],
];
