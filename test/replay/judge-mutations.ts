import { checkHistories, isGood, type CheckedHistory, type HistoryToCheck } from '../../src/replay/check-histories.ts';
import { mutationBench } from './mutation-bench.ts';
import type { NamedMutation } from './mutations.ts';

export type Verdict = {
  name: string;
  file: string;
  caughtBy: 'replay' | 'feed replay' | 'harmless';
  /** Histories that caught it. */
  on: string[];
  /** What is told of the first of them. */
  told: string;
};

function toldOf({ divergence, feed }: CheckedHistory): string {
  // The number of an event changes with every recording.
  if (divergence) return divergence.text.replace(/; event \d+$/, '');
  const lines = ['-', '+'].flatMap((sign) => feed?.find((change) => change.sign === sign) ?? []);
  // So does a time that was measured.
  return lines.map(({ sign, line }) => `${sign} ${line.replace(/"\w+_ms":\d+,?/g, '')}`).join('\n');
}

/** Applies each change to a copy of the workflows, and checks on it the histories that `historiesOf` gives for its name. */
export async function judgeMutations(
  mutations: readonly NamedMutation[],
  historiesOf: (mutation: string) => readonly HistoryToCheck[],
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  using bench = mutationBench();
  for (const { name, ...mutation } of mutations) {
    const checks = await checkHistories({ workflowBundle: await bench.bundle(mutation), histories: historiesOf(name) });
    const bad = checks.filter((check) => !isGood(check));
    const diverging = bad.filter(({ divergence }) => divergence);
    const caughtBy = diverging.length > 0 ? 'replay' : bad.length > 0 ? 'feed replay' : 'harmless';
    const [first] = diverging.length > 0 ? diverging : bad;
    verdicts.push({
      name,
      file: mutation.file,
      caughtBy,
      on: bad.map((one) => one.name),
      told: first ? toldOf(first) : '',
    });
  }
  return verdicts;
}
