import { escapeLiteral, segmentText } from '../contracts/plan-reference.ts';

declare const GIVES: unique symbol;

/**
 * Stands for a value that the run will know: the plan's input, a step's result, or a part of it. Covariant, so that a
 * reference to `'a'` may stand where a string is taken, and one that may be undefined may not.
 */
export type Ref<T> = { readonly [GIVES]: T } & (T extends readonly (infer Item)[]
  ? { readonly [index: number]: Ref<Item> }
  : T extends object
    ? { readonly [Key in keyof T]-?: Ref<T[Key]> }
    : unknown);

/** A value, or a reference to one, at any depth. */
export type Referable<T> =
  | T
  | Ref<T>
  | (T extends readonly (infer Item)[]
      ? readonly Referable<Item>[]
      : T extends object
        ? { [Key in keyof T]: Referable<T[Key]> }
        : never);

export type AnyRef = { readonly [GIVES]: unknown };

const texts = new WeakMap<object, string>();

/** A reference whose fields are references, whatever they are called. */
export function createRef<T>(text: string): Ref<T> {
  const ref: object = new Proxy(
    {},
    {
      get: (_target, key) =>
        typeof key === 'symbol' ? undefined : createRef(text + segmentText(/^\d+$/.test(key) ? Number(key) : key)),
    },
  );
  texts.set(ref, text);
  return ref as Ref<T>;
}

/** The text of a reference, or undefined if the value is none. */
export function refText(value: unknown): string | undefined {
  return value !== null && typeof value === 'object' ? texts.get(value) : undefined;
}

/** A value as a plan carries it: references as text, and text that begins with a dollar escaped. */
export function toTemplate(value: unknown): unknown {
  const text = refText(value);
  if (text !== undefined) return text;
  if (typeof value === 'string') return escapeLiteral(value);
  if (Array.isArray(value)) return value.map(toTemplate);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toTemplate(inner)]));
}
