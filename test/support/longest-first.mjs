import Sequencer from '@jest/test-sequencer';

/**
 * Begun first, longest first. Until jest has seen a file run it goes by the file's size, which says nothing here: the
 * longest would begin last, with nothing left to run beside it.
 */
const LONGEST = [
  'package/package',
  'replay/mutations',
  'spend/large-file',
  'cli/kill',
  'cli/spend',
  'operate/drill',
  'testing/own-server',
  'browser/look',
  'browser/many-events',
  'cli/worker',
  'cli/replay',
  'isolate/effects',
  'chaos/short',
  'chaos/short-redis',
];

const place = ({ path }) => {
  const at = LONGEST.findIndex((name) => path.endsWith(`/${name}.test.ts`));
  return at < 0 ? LONGEST.length : at;
};

export default class LongestFirst extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    return sorted.toSorted((a, b) => place(a) - place(b));
  }
}
