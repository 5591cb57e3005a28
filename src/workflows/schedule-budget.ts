// Runs inside the workflow sandbox.
import { sleep, workflowInfo } from '@temporalio/workflow';

/** Most bytes of inputs that one workflow task schedules. The server terminates a run whose task's answer is too large. */
const BYTES_PER_TASK = 1_000_000;

/**
 * Makes a gate that lets inputs pass until one workflow task has scheduled too much; the rest wait for the next. Gives
 * undefined where there is nothing to wait for: each promise of a workflow costs a stack trace.
 */
export function createScheduleBudget() {
  let task = -1;
  let used = 0;

  function isTaken(bytes: number): boolean {
    // The history's length is that of the current task's beginning: another length is another task.
    const { historyLength } = workflowInfo();
    if (historyLength !== task) {
      task = historyLength;
      used = 0;
    }
    if (used > 0 && used + bytes > BYTES_PER_TASK) return false;
    used += bytes;
    return true;
  }

  async function wait(bytes: number) {
    do await sleep(1);
    while (!isTaken(bytes));
  }

  return function take(input: unknown): Promise<void> | undefined {
    const bytes = new TextEncoder().encode(JSON.stringify(input) ?? '').length;
    return isTaken(bytes) ? undefined : wait(bytes);
  };
}
