import type { AgentOutcome } from '../contracts/run.ts';
import type { FoldedRun } from '../feed/folded.ts';

/** The agents of a run that have begun, as far as its events tell: for runs whose own outcome is not to be had. */
export function agentOutcomes(run: FoldedRun | undefined): AgentOutcome[] {
  const begun = (run?.agents ?? []).filter(
    ({ agent_run, state }) => agent_run !== null && state !== 'pending' && state !== 'skipped',
  );
  return begun.map(({ agent, state, attempt, execution_time_ms, recovered, error, time_to_stop_ms }) => ({
    success: state === 'completed',
    agent,
    attempts: attempt,
    execution_time_ms: execution_time_ms ?? 0,
    recovered,
    error: error ?? undefined,
    ...(time_to_stop_ms !== null && { time_to_stop_ms }),
  }));
}
