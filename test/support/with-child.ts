// Runs inside the workflow sandbox.
import { executeChild } from '@temporalio/workflow';
import { workflowIdOf } from '../../src/contracts/names.ts';
import type { RunAgentInput } from '../../src/contracts/run-agent.ts';
import type { AgentOutcome, RunOutcome } from '../../src/contracts/run.ts';
import type { RunStart } from '../../src/contracts/run-start.ts';
import { openRun } from '../../src/workflows/open-run.ts';

/** Runs one agent as a run of its own and waits for it; the child's run id is the parent's with `_child`. */
export async function withChild(start: RunStart<RunAgentInput>): Promise<RunOutcome<AgentOutcome>> {
  const run = openRun(start, []);
  return run.finish(async () => {
    const { user_id: userId, run_id } = start.context;
    const runId = `${run_id}_child`;
    const child = await executeChild<(given: RunStart<RunAgentInput>) => Promise<RunOutcome<AgentOutcome>>>(
      'runAgent',
      {
        workflowId: workflowIdOf({ workflow: 'runAgent', userId, runId }),
        args: [{ ...start, context: { ...start.context, run_id: runId, request_id: runId } }],
      },
    );
    return { status: 'completed', summary: 'the child completed', result: child.result };
  });
}
