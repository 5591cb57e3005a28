import type { WorkflowBundle } from '@temporalio/worker';
import { BatonError } from '../contracts/baton-error.ts';
import { checkHistories } from './check-histories.ts';
import type { FeedSkeleton } from './feed-skeleton.ts';
import type { HistoryJson } from './history-json.ts';
import { knownTexts } from './known-texts.ts';
import { recomputedFeed } from './recomputed-feed.ts';
import { replayHistories, type NamedHistory, type ReplayedHistory } from './replay-histories.ts';
import { scrubHistory } from './scrub-history.ts';

type Options = {
  history: NamedHistory & { seen?: FeedSkeleton };
  /** Of `bundleApp`: the code that ran the history. */
  workflowBundle: WorkflowBundle;
  /** Texts that stay. */
  keep?: readonly string[];
};

/** The story without its words. */
function outline(replayed: ReplayedHistory): string {
  const { events, agents } = recomputedFeed(replayed);
  return JSON.stringify([
    events.map(({ type }) => type),
    agents.map(({ agent, end, attempts }) => [agent, end, attempts]),
  ]);
}

/**
 * A history without its user's data, and the feed that belongs to it. Both are tried before they are given: the history
 * replays and tells the same story, and its feed was, before it was scrubbed, what its user saw.
 *
 * @throws BatonError `InvalidInput` when the code is not the one that ran the history, or decides by a text that must go
 */
export async function scrubbedCopy({
  history,
  workflowBundle,
  keep,
}: Options): Promise<{ history: HistoryJson; feed: FeedSkeleton }> {
  const [check] = await checkHistories({ workflowBundle, histories: [history] });
  if (check?.divergence || check?.feed?.length) {
    const { divergence, feed } = check;
    const why = divergence
      ? `it does not replay on this code: ${divergence.text}`
      : `its user saw something else than this code shows: ${feed?.map(({ sign, line }) => `${sign} ${line}`).join('; ')}`;
    throw new BatonError('InvalidInput', `${history.name}: ${why}; export it with the code that ran it`);
  }
  const scrubbed = scrubHistory(history.history, { known: knownTexts(workflowBundle.code), keep });
  const both = [history, { name: history.name, history: scrubbed }];
  const [before, after] = (await replayHistories({ workflowBundle, histories: both })) as [
    ReplayedHistory,
    ReplayedHistory,
  ];
  if (after.divergence || outline(before) !== outline(after)) {
    const why = after.divergence?.text ?? 'it tells another story';
    const remedy = 'the workflow decides by a text that was replaced; name it by --keep TEXT';
    throw new BatonError('InvalidInput', `${history.name}: scrubbed, it does not replay any more: ${why}; ${remedy}`);
  }
  return { history: scrubbed, feed: recomputedFeed(after) };
}
