// Runs inside the workflow sandbox.
import { proxyActivities } from '@temporalio/workflow';
import { UNDO_ACTIVITY, UNDO_TIMEOUT_MS } from '../../src/contracts/names.ts';
import type { RunStart } from '../../src/contracts/run-start.ts';
import type { UndoCall, UndoReturn } from '../../src/contracts/undo-call.ts';
import { openRun } from '../../src/workflows/open-run.ts';

type Undo = { [UNDO_ACTIVITY]: (call: UndoCall) => Promise<UndoReturn> };

/** Runs one agent, undoes what it did twice over, and gives what both came to. */
export async function callThenUndo(start: RunStart<{ agent: string; input: unknown }>) {
  const { agent, input } = start.input;
  const undo = proxyActivities<Undo>({ startToCloseTimeout: UNDO_TIMEOUT_MS, heartbeatTimeout: 5_000 })[UNDO_ACTIVITY];
  const run = openRun(start, [agent]);
  return run.finish(async () => {
    await run.agent(agent, input);
    const call = { agent, agent_run: `${agent}-1`, generation: 0, events: [], pause_ms: 20 };
    const result = [await undo(call), await undo(call)];
    return { status: 'completed', summary: 'undone', result };
  });
}
