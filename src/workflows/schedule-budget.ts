// Runs inside the workflow sandbox.
import { sleep, workflowInfo } from '@temporalio/workflow';

/** Most bytes of inputs that one workflow task schedules. The server terminates a run whose task's answer is too large. */
const BYTES_PER_TASK = 1_000_000;

/** Makes a gate that lets inputs pass until one workflow task has scheduled too much; the rest wait for the next. */
export function createScheduleBudget() {
  let task = -1;
  let used = 0;

  return async function take(input: unknown): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(input) ?? '').length;
    for (;;) {
      // The history's length is that of the current task's beginning: another length is another task.
      const { historyLength } = workflowInfo();
      if (historyLength !== task) {
        task = historyLength;
        used = 0;
      }
      if (used === 0 || used + bytes <= BYTES_PER_TASK) break;
      await sleep(1);
    }
    used += bytes;
  };
}
