// Runs inside the workflow sandbox.

/** Text of others as a line of Markdown: no line breaks, no markup of its own, at most `max` characters and "…". */
export function oneLine(text: string, max: number): string {
  // Cut first: what is looked through must be bounded too.
  const cut = text.length > max ? `${text.slice(0, max)}…` : text;
  return cut
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]<>|~#]/g, '\\$&')
    .toWellFormed();
}
