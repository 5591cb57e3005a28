import type { AgentLimits } from '../contracts/agent-call.ts';
import { RUN_TIMEOUT_MARGIN_MS } from '../contracts/names.ts';
import type { PlanRun } from '../contracts/plan-run.ts';
import type { RunStart } from '../contracts/run-start.ts';

function longestMs({ timeout_ms, max_attempts, max_interval_ms }: AgentLimits): number {
  return max_attempts * (timeout_ms + max_interval_ms);
}

/**
 * When the server closes a run by force, in milliseconds after its start: a run ends itself at its deadline, then undoes
 * what it did and says its last words. Undoing may take as long as the run itself or, in a plan, as its steps' undos say:
 * what is cut off then is undone by nobody.
 */
export function executionTimeout({ timeout_ms, input, limits }: Pick<RunStart, 'timeout_ms' | 'input' | 'limits'>) {
  const { plan } = (input ?? {}) as Partial<PlanRun>;
  const undos = (plan?.steps ?? []).flatMap(({ compensate }) => limits[compensate?.agent ?? ''] ?? []);
  const undoing = undos.reduce((sum, undo) => sum + longestMs(undo), 0);
  return timeout_ms + Math.max(timeout_ms, undoing) + RUN_TIMEOUT_MARGIN_MS;
}
