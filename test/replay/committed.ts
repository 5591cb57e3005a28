import type { FeedSkeleton } from '../../src/replay/feed-skeleton.ts';
import { readHistories } from '../../src/replay/read-histories.ts';
import { replayHistories, type NamedHistory } from '../../src/replay/replay-histories.ts';
import type { WorkflowBundleOption } from '@temporalio/worker';
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

/** What failed, by scenario, as a person is told. */
export async function divergences(
  workflowBundle: WorkflowBundleOption,
  histories: NamedHistory[],
): Promise<Record<string, string>> {
  const replayed = await replayHistories({ workflowBundle, histories });
  return Object.fromEntries(
    replayed.flatMap(({ name, divergence }) => (divergence ? [[name, divergence.text] as const] : [])),
  );
}
