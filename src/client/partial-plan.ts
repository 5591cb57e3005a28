import type { WorkflowClient } from '@temporalio/client';
import type { StepStatus } from '../contracts/names.ts';
import type { PlanRun } from '../contracts/plan-run.ts';
import type { PlanResult, PlanStep, StepResult } from '../contracts/plan.ts';
import type { FoldedAgent, FoldedRun } from '../feed/folded.ts';
import { reusableResults } from './reusable-results.ts';
import { runHistories } from './run-histories.ts';

type Closed = { workflowId: string; runId: string; type: string };

const STATUSES: Partial<Record<FoldedAgent['state'], StepStatus>> = {
  completed: 'completed',
  failed: 'failed',
  dead: 'failed',
};

/**
 * What a plan came to that was closed without an outcome of its own: a cancelled workflow has no place for one in
 * Temporal. Results are those of its history, the rest is what its events tell. Undefined for any other workflow.
 */
export async function partialPlan(
  client: WorkflowClient,
  { type, ...closed }: Closed,
  folded: FoldedRun | undefined,
): Promise<PlanResult | undefined> {
  if (type !== 'runPlan') return undefined;
  const { parts, start } = await runHistories(client, closed);
  const { plan, results = {}, settled = [] } = start.input as PlanRun;
  const { completed, undone } = await reusableResults(parts, { start, converter: client.options.loadedDataConverter });
  const done = new Map(completed.map((one) => [one.agent_run, one.result]));
  const told = new Map(folded?.agents.map((agent) => [agent.agent_run, agent]));
  const before = new Map(settled.map((step) => [step.id, step]));

  function wasUndone(id: string): boolean {
    if (!undone.has(id)) return false;
    const undo = folded?.agents.find(({ agent_run }) => agent_run?.replace(/-\d+$/, '') === `undo-${id}`);
    return undo === undefined || undo.state === 'completed';
  }

  function stepResult({ id, agent }: PlanStep): StepResult {
    const own = { id, agent, attempts: 0, started_at: null, execution_time_ms: 0 };
    const known = told.get(id);
    const begun = { ...own, attempts: known?.attempt ?? 1, started_at: known?.started_at ?? null };
    const execution_time_ms = known?.execution_time_ms ?? 0;
    const completedAs = done.get(id);
    if (completedAs) return { ...begun, ...completedAs, status: wasUndone(id) ? 'compensated' : 'completed' };
    if (Object.hasOwn(results, id)) return { ...own, status: 'completed', result: results[id] };
    const earlier = before.get(id);
    if (earlier) return earlier;
    if (!known || known.state === 'skipped' || known.state === 'pending') {
      return { ...own, status: 'skipped', reason: known?.skipped ?? 'the run was stopped' };
    }
    const error = known.error ?? undefined;
    return { ...begun, execution_time_ms, status: STATUSES[known.state] ?? 'cancelled', error };
  }

  return { plan: plan.name, steps: plan.steps.map(stepResult) };
}
