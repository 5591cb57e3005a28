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

/** A line of a stack that names a file: where, behind the function's name or alone. */
const FRAME = /^\s*at (?:.* \()?((?:\/|[A-Za-z]:\\|file:).*:\d+:\d+)\)?$/;

/** Files, lines and columns that a stack names, innermost first. */
export function placesIn(stack: string): string[] {
  return stack.split('\n').flatMap((line) => FRAME.exec(line)?.[1] ?? []);
}

/**
 * What something thrown is and where, without what it says: for the logs of those who encrypt what runs say. A stack begins
 * with the message, which may hold lines that look like places.
 */
export function withoutMessage(thrown: unknown): string {
  const [name, message, stack] = ['name', 'message', 'stack'].map((key) => thrownField(thrown, key));
  const said = typeof message === 'string' ? message.split('\n').length : 1;
  const lines = typeof stack === 'string' ? stack.slice(0, MAX_READ).split('\n') : [];
  const places = placesIn(lines.slice(said).join('\n'));
  const what = typeof name === 'string' && /^[\w.]{1,100}$/.test(name) ? name : 'Error';
  return [what, ...places.map((place) => `    at ${place}`)].join('\n').slice(0, MAX_STACK);
}

/** Longest stack trace that is kept, in characters. */
export const MAX_STACK = 4_000;

/** The stack trace of something thrown, without its secrets; undefined where it has none. Whole lines only. */
export function thrownStack(thrown: unknown): string | undefined {
  const stack = thrownField(thrown, 'stack');
  if (typeof stack !== 'string' || stack === '') return undefined;
  const text = redactText(stack.slice(0, MAX_READ)).toWellFormed();
  return text.length <= MAX_STACK ? text : text.slice(0, text.lastIndexOf('\n', MAX_STACK) + 1 || MAX_STACK).trimEnd();
}
