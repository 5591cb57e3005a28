import { readFileSync } from 'node:fs';

export type ReadmeFile = {
  name: string;
  text: string;
  /** How many of the file's last lines the text replaces; undefined if it is the whole file. */
  insteadOfLast?: number;
};

const BLOCK = /^```ts\n(\/\/ ([\w/.-]+\.ts)(?:, instead of the last (line|three lines))?: [^]*?)^```$/gm;

/** The README's blocks of code that say by their first line which file they are, in the order of the reader's work. */
export function readmeFiles(): ReadmeFile[] {
  return [...readFileSync('README.md', 'utf8').matchAll(BLOCK)].map(([, text = '', name = '', instead]) => ({
    name,
    text,
    insteadOfLast: instead === undefined ? undefined : instead === 'line' ? 1 : 3,
  }));
}
