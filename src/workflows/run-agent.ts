// Runs inside the workflow sandbox.
import type { RunAgentInput } from '../contracts/run-agent.ts';
import type { AgentOutcome, RunOutcome } from '../contracts/run.ts';
import type { RunStart } from '../contracts/run-start.ts';
import { openRun } from './open-run.ts';

/** Runs one agent. Its outcome is the run's result, also where the agent, and with it the run, failed. */
export async function runAgent(start: RunStart<RunAgentInput>): Promise<RunOutcome<AgentOutcome>> {
  const { agent, input } = start.input;
  const run = openRun(start, [agent]);
  return run.finish(async () => {
    const outcome = await run.agent(agent, input);
    if (outcome.success) return { status: 'completed', summary: `${agent} completed`, result: outcome };
    const { error } = outcome;
    return { status: 'failed', summary: `${agent}: ${error?.message ?? 'failed'}`, result: outcome, error };
  });
}
