// Runs inside the workflow sandbox.
import { sleep, workflowInfo } from '@temporalio/workflow';
import { RUN_BOUNDS } from '../contracts/run-bounds.ts';

/** Bytes of a value as JSON; 0 where it is not JSON, which whoever sends it has to say. */
export function bytesOf(value: unknown): number {
  try {
    return new TextEncoder().encode(JSON.stringify(value) ?? '').length;
  } catch {
    return 0;
  }
}

/** Counts what one workflow task schedules. The server terminates a run whose task's answer is too large. */
export function createTaskBudget({ mostCalls = Infinity }: { mostCalls?: number } = {}) {
  let task = -1;
  let bytes = 0;
  let calls = 0;

  function look() {
    // The history's length is that of the current task's beginning: another length is another task.
    const { historyLength } = workflowInfo();
    if (historyLength === task) return;
    task = historyLength;
    bytes = 0;
    calls = 0;
  }

  return {
    /** Counts a call with so many bytes, unless that is too much for this task. One that alone is too much has its own. */
    take(more: number): boolean {
      look();
      const isFull = (bytes > 0 && bytes + more > RUN_BOUNDS.bytesPerTask) || calls >= mostCalls;
      if (isFull) return false;
      bytes += more;
      calls += 1;
      return true;
    },
    /** Counts what was scheduled or has come already. */
    add(more: number): void {
      look();
      bytes += more;
    },
  };
}

export type TaskBudget = ReturnType<typeof createTaskBudget>;

/**
 * Makes a gate that lets inputs pass until one workflow task has scheduled too much; the rest wait for the next. Gives
 * undefined where there is nothing to wait for: each promise of a workflow costs a stack trace. For plans of version 1: later
 * ones have it in the turns of their agents.
 */
export function createScheduleBudget() {
  const budget = createTaskBudget();

  async function wait(bytes: number) {
    do await sleep(1);
    while (!budget.take(bytes));
  }

  return function take(input: unknown): Promise<void> | undefined {
    const bytes = new TextEncoder().encode(JSON.stringify(input) ?? '').length;
    return budget.take(bytes) ? undefined : wait(bytes);
  };
}
