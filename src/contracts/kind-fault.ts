function shown(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : typeof value;
}

/** What is wrong with a group of options or a definition, in words that follow its name; undefined if nothing is. */
export function objectFault(value: unknown): string | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? undefined : `must be an object, not ${shown(value)}`;
}

/** What is wrong with a list; undefined if nothing is. */
export function listFault(value: unknown): string | undefined {
  return Array.isArray(value) ? undefined : `must be a list, not ${shown(value)}`;
}

/** What is wrong with a function; undefined if nothing is. */
export function functionFault(value: unknown): string | undefined {
  return typeof value === 'function' ? undefined : `must be a function, not ${shown(value)}`;
}
