/**
 * References inside a plan: `$input.request`, `$steps.data.rows[0]["a key"]`, `$failed.data`. Imports nothing, because
 * the checker, the builder and the workflow must all read them alike.
 */

/** What a reference begins with: the plan's input, a step's result, or what failed before this step. */
export const REFERENCE_ROOTS = ['input', 'steps', 'failed'] as const;
type ReferenceRoot = (typeof REFERENCE_ROOTS)[number];

export type Reference = {
  root: ReferenceRoot;
  /** Step that is referred to; undefined for `$input` and for `$failed` as a whole. */
  step?: string;
  path: (string | number)[];
};

const SEGMENT = /\.([^.[\]"\s]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;

function segmentsOf(text: string): (string | number)[] | undefined {
  const segments: (string | number)[] = [];
  SEGMENT.lastIndex = 0;
  while (SEGMENT.lastIndex < text.length) {
    const [matched, name, index, quoted] = SEGMENT.exec(text) ?? [];
    if (matched === undefined) return undefined;
    if (index !== undefined) segments.push(Number(index));
    else segments.push(quoted === undefined ? (name as string) : (JSON.parse(quoted) as string));
  }
  return segments;
}

/** Whether a literal stands for something else: everything that begins with one dollar, well-formed or not. */
export function looksLikeReference(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('$') && !value.startsWith('$$');
}

/** Reads a reference; undefined if it is none that could be followed. */
export function parseReference(text: string): Reference | undefined {
  const root = REFERENCE_ROOTS.find((known) => new RegExp(`^\\$${known}(?![^.[])`).test(text));
  if (!root) return undefined;
  const path = segmentsOf(text.slice(root.length + 1));
  if (!path) return undefined;
  if (root === 'input') return { root, path };
  const [step, ...rest] = path;
  if (step === undefined) return root === 'failed' ? { root, path: [] } : undefined;
  return { root, step: String(step), path: rest };
}

/** A literal string as a plan carries it: a leading dollar is doubled, so that it is not taken for a reference. */
export function escapeLiteral(text: string): string {
  return text.startsWith('$') ? `$${text}` : text;
}

/** Undoes `escapeLiteral`. */
export function unescapeLiteral(text: string): string {
  return text.startsWith('$$') ? text.slice(1) : text;
}

/** One more step of a path, as text: `.name`, `[0]` or `["a key"]`. */
export function segmentText(segment: string | number): string {
  if (typeof segment === 'number') return `[${segment}]`;
  return /^[A-Za-z_][\w-]*$/.test(segment) ? `.${segment}` : `[${JSON.stringify(segment)}]`;
}

/** Every reference in a template, with the path at which it stands. */
export function referencesIn(
  template: unknown,
  at: (string | number)[] = [],
): { text: string; at: (string | number)[] }[] {
  if (looksLikeReference(template)) return [{ text: template, at }];
  if (Array.isArray(template)) return template.flatMap((inner, index) => referencesIn(inner, [...at, index]));
  if (template === null || typeof template !== 'object') return [];
  return Object.entries(template).flatMap(([key, inner]) => referencesIn(inner, [...at, key]));
}

/** What a step gives its agent when it does not say: the results of what it needs. */
export function defaultInput({ needs = [] }: { needs?: readonly string[] }): Record<string, string> {
  return Object.fromEntries(needs.map((need) => [need, `$steps.${need}`]));
}
