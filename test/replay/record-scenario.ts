import type { FeedSkeleton } from '../../src/replay/feed-skeleton.ts';
import { historyOf, type HistoryJson } from '../../src/replay/history-json.ts';
import { scrubMachine } from '../../src/replay/scrub-machine.ts';
import { seenFeed } from '../../src/replay/seen-feed.ts';
import { startTestWorker } from '../support/test-run.ts';
import type { Scenario } from './scenario.ts';

/**
 * Runs a scenario on the shared server and gives its history, without what names this machine, and what was published
 * of it.
 */
export async function recordScenario({
  name,
  workflow,
  agents,
  input,
  start,
  act,
  follow,
  part = 'last',
  status,
}: Scenario): Promise<{ history: HistoryJson; feed: FeedSkeleton }> {
  const worker = await startTestWorker({ agents });
  try {
    const { handle, runId, workflowId } = await worker.start(workflow, input, { start });
    await act?.(handle, (matches) => worker.recorder.until((event) => event.run_id === runId && matches(event)));
    await handle.result().catch(() => undefined);
    const end = worker.recorder.of(runId).at(-1);
    const ended = (end?.payload as { status?: string } | undefined)?.status;
    if (!end || ended !== status)
      throw new Error(`scenario ${name} ended as ${ended}, not ${status}: ${JSON.stringify(end)}`);
    const { client, taskQueue } = worker;
    const follower = await follow?.({ client, taskQueue, end });
    await follower?.result();
    const kept = part === 'first' ? handle.firstExecutionRunId : undefined;
    const history = historyOf(await (follower ?? client.workflow.getHandle(workflowId, kept)).fetchHistory());
    const feed = seenFeed(worker.recorder.of(runId), history);
    if (!feed) throw new Error(`scenario ${name} published no event of its workflow`);
    return { history: scrubMachine(history) as HistoryJson, feed };
  } finally {
    await worker.stop();
  }
}
