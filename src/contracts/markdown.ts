// Texts of others in the Markdown that Temporal UI shows: bounded, and no markup of their own.

function shortLine(text: string, max: number): string {
  // Cut first: what is looked through must be bounded too.
  const cut = text.length > max ? `${text.slice(0, max)}…` : text;
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
