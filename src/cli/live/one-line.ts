import { stripVTControlCharacters } from 'node:util';

/** Text of an event made harmless for a terminal: one line, no control sequences, at most `width` characters. */
export function oneLine(text: string, width: number): string {
  const clean = stripVTControlCharacters(text)
    .replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\s]+/g, ' ')
    .trim();
  const characters = [...clean];
  if (characters.length <= width) return clean;
  return width < 1 ? '' : `${characters.slice(0, width - 1).join('')}…`;
}
