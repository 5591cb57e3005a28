import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadmeFile } from './readme-files.ts';

const readme = readFileSync('README.md', 'utf8');
const [, feed = ''] = /```\n(run_started\n[^]*?)```/.exec(readme) ?? [];
const [, ending = ''] = /`npm start` now ends with `(.*)`/.exec(readme) ?? [];
const [, exporting = ''] = /^npx baton (history export RUN .*)$/m.exec(readme) ?? [];
const [, replayTest = ''] = /^```ts\n(\/\/ test\/replay\.test\.ts\n[^]*?)^```$/m.exec(readme) ?? [];

/** What the README promises of the starter project. */
export const promised = {
  /** What `npm start` prints. */
  feed,
  /** Its last line, once the reader has added an agent. */
  ending,
  /** Arguments of the command that keeps a run. */
  exportOf: (runId: string) => exporting.replace('RUN', runId).split(' '),
};

/** Does in the starter project what the README tells its reader to write. */
export function readerOf(project: string) {
  const path = (name: string) => join(project, name);
  return {
    read: (name: string) => readFileSync(path(name), 'utf8'),
    apply({ name, text, insteadOfLast }: ReadmeFile): void {
      const lines = insteadOfLast
        ? readFileSync(path(name), 'utf8').trimEnd().split('\n').slice(0, -insteadOfLast)
        : [];
      writeFileSync(path(name), [...lines, text].join('\n'));
    },
    /** Puts the replay test beside the starter's own. */
    addReplayTest(): void {
      mkdirSync(path('test/histories'));
      writeFileSync(path('test/replay.test.ts'), replayTest);
    },
  };
}
