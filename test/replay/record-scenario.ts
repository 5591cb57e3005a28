import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { startTestWorker } from '../support/test-run.ts';
import type { Scenario } from './scenario.ts';
import { scrubHistory } from './scrub-history.ts';

/** Runs a scenario on the shared server and gives its history as JSON, without what names this machine. */
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
}: Scenario): Promise<string> {
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
    const history = await (follower ?? client.workflow.getHandle(workflowId, kept)).fetchHistory();
    return `${JSON.stringify(scrubHistory(JSON.parse(historyToJSON(history))), null, 1)}\n`;
  } finally {
    await worker.stop();
  }
}
