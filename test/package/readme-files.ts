import { readFileSync } from 'node:fs';

export type ReadmeFile = {
  name: string;
  text: string;
  /** The text replaces the file's last line, not the whole file. */
  insteadOfLastLine: boolean;
};

const BLOCK = /^```ts\n(\/\/ ([\w/.-]+\.ts)(, instead of the last line)?: [^]*?)^```$/gm;

/** The README's blocks of code that say by their first line which file they are, in the order of the reader's work. */
export function readmeFiles(): ReadmeFile[] {
  return [...readFileSync('README.md', 'utf8').matchAll(BLOCK)].map(([, text = '', name = '', instead]) => ({
    name,
    text,
    insteadOfLastLine: instead !== undefined,
  }));
}
