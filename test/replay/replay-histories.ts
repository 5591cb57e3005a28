import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { quietRuntime } from '../support/quiet-runtime.ts';
import { HISTORIES, scenarioOf } from './history-file.ts';

quietRuntime();

type RecordedHistory = { events: [{ workflowExecutionStartedEventAttributes: { workflowId: string } }] };

/** Replays committed histories on a bundle of workflows, without a server; gives what failed, by scenario. */
export async function replayHistories({
  workflowBundle,
  files,
}: {
  workflowBundle: WorkflowBundleOption;
  files: string[];
}): Promise<Record<string, string>> {
  const scenarios = new Map<string, string>();
  const histories = files.map((file) => {
    const history = JSON.parse(readFileSync(join(HISTORIES, file), 'utf8')) as RecordedHistory;
    // The run's own id: whose run it is stands in it, and the workflow checks that.
    const { workflowId } = history.events[0].workflowExecutionStartedEventAttributes;
    scenarios.set(workflowId, scenarioOf(file));
    return { workflowId, history };
  });
  const failed: Record<string, string> = {};
  // All are replayed whatever becomes of one, so that one failure hides none.
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories)) {
    if (error) failed[scenarios.get(workflowId) as string] = error.message;
  }
  return failed;
}
