import { redactText } from './redact.ts';

// Texts of others in the Markdown that Temporal UI shows: bounded, and no markup of their own.

/** Most that is read of a text, in characters. */
const MAX_READ = 10_000;

function shortLine(text: string, max: number): string {
  // What is looked through must be bounded too; cut to its length only then, as half a secret is not known for one.
  const clean = redactText(text.slice(0, MAX_READ));
  const cut = text.length > MAX_READ || clean.length > max ? `${clean.slice(0, max)}…` : clean;
  return cut.replace(/\s+/g, ' ').toWellFormed();
}

/** A text as one line of at most `max` characters. */
export function plainText(text: string, max: number): string {
  return shortLine(text, max).replace(/[\\`*_[\]<>|~#]/g, '\\$&');
}

/** A name as it is typed; the few characters that end a name in a table are shown as another. */
export function codeText(text: string, max = 80): string {
  return `\`${shortLine(text, max).replace(/[`|]/g, "'")}\``;
}
