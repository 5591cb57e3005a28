import { redactText } from './redact.ts';

/** Longest failure message, in characters: Temporal never reports a failure of megabytes at all. */
export const MAX_MESSAGE = 2_000;

/** Most that is read of one, in characters. */
const MAX_READ = 65_536;

/** A field of something thrown, which may be anything: a string, a frozen object, a proxy whose getters throw. */
export function thrownField(thrown: unknown, key: string): unknown {
  try {
    return (thrown as Record<string, unknown> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}

/** The message of something thrown, without its secrets, as text that fits into a failure. */
export function thrownMessage(thrown: unknown): string {
  const message = thrownField(thrown, 'message');
  let text: string;
  try {
    text = typeof message === 'string' && message !== '' ? message : String(thrown);
  } catch {
    text = 'an error that cannot be shown as text';
  }
  // Redacted before it is cut: half a secret is not known for one.
  return redactText(text.slice(0, MAX_READ)).slice(0, MAX_MESSAGE).toWellFormed();
}
