import type { FeedSkeleton } from '../../src/replay/feed-skeleton.ts';
import { readHistories } from '../../src/replay/read-histories.ts';
import type { NamedHistory } from '../../src/replay/replay-histories.ts';
import { HISTORIES, scenarioOf } from './history-file.ts';

type Committed = NamedHistory & { seen?: FeedSkeleton };

/** The committed histories, each under the name of its scenario. */
export async function committedHistories(): Promise<Committed[]> {
  const read = await Promise.all(HISTORIES.map((folder) => readHistories(folder)));
  return read.flat().map((file) => {
    if ('fault' in file) throw new Error(`${file.name}: ${file.fault}`);
    return { ...file, name: scenarioOf(file.name) };
  });
}
