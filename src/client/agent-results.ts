import type { WorkflowClient } from '@temporalio/client';
import { reusableResults } from './reusable-results.ts';
import { runHistories } from './run-histories.ts';

export type AgentResults = {
  /** What the run was started with. */
  input: unknown;
  /** What each agent completed with, by `agent_run`. */
  results: Record<string, unknown>;
};

/** Reads from a run's latest execution what its agents completed with. */
export async function agentResults(client: WorkflowClient, workflowId: string): Promise<AgentResults> {
  const { runId } = await client.getHandle(workflowId).describe();
  const { parts, start } = await runHistories(client, { workflowId, runId });
  const { completed } = await reusableResults(parts, { start, converter: client.options.loadedDataConverter });
  const results = Object.fromEntries(completed.map(({ agent_run, result }) => [agent_run, result.result]));
  return { input: start.input, results };
}
