/** Longest failure message, in characters: Temporal never reports a failure of megabytes at all. */
export const MAX_MESSAGE = 2_000;

/** A field of something thrown, which may be anything: a string, a frozen object, a proxy whose getters throw. */
export function thrownField(thrown: unknown, key: string): unknown {
  try {
    return (thrown as Record<string, unknown> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}

/** The message of something thrown, as text that fits into a failure. */
export function thrownMessage(thrown: unknown): string {
  const message = thrownField(thrown, 'message');
  let text: string;
  try {
    text = typeof message === 'string' && message !== '' ? message : String(thrown);
  } catch {
    text = 'an error that cannot be shown as text';
  }
  return text.slice(0, MAX_MESSAGE).toWellFormed();
}
