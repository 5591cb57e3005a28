const PLACEHOLDERS = /^(null|undefined|none|nan|default|temp|0|placeholder([_-].*)?)$/i;

/** Longest id, in characters, and in bytes once it is percent-encoded, as it stands in workflow ids and URLs. */
export const MAX_ID_LENGTH = 128;
const MAX_ENCODED_BYTES = 400;

/** Longest name of a workflow: with two ids and a suffix its workflow ids stay below Temporal's 1,000 bytes. */
export const MAX_NAME_LENGTH = 128;

/**
 * What is wrong with the name of something: one to 128 printable characters without a space at either end. In words that
 * follow what is named; undefined if nothing is.
 */
export function nameFault(name: unknown): string | undefined {
  if (typeof name !== 'string') return `must be text, not ${name === null ? 'null' : typeof name}`;
  if (name === '') return 'must not be empty';
  if (name.length > MAX_NAME_LENGTH) return `must have at most ${MAX_NAME_LENGTH} characters, not ${name.length}`;
  if (!/^[^\p{C}]+$/u.test(name)) return 'must be printable characters';
  return name.trim() === name ? undefined : 'must not begin or end with a space';
}

/**
 * What is wrong with the id of a user, thread, run or request. Placeholders such as `null` or `default` are refused: they
 * are what a lost variable looks like, and would pour strangers' runs into one feed.
 */
export function idFault(id: unknown): string | undefined {
  const fault = nameFault(id);
  if (fault) return fault;
  const text = id as string;
  if (PLACEHOLDERS.test(text)) return 'is a placeholder, not an id';
  if (text === '.' || text === '..') return 'must be more than dots: no URL would reach it';
  const bytes = encodeURIComponent(text).length;
  if (bytes <= MAX_ENCODED_BYTES) return undefined;
  return `must take at most ${MAX_ENCODED_BYTES} bytes when it is percent-encoded, not ${bytes}: use fewer characters beyond ASCII`;
}
