import type { BatonEvent } from '../contracts/event.ts';
import { plannedAgent } from './fold-agent.ts';
import type { FoldedAgent, FoldedRun } from './folded.ts';

/** What completed is reused unless it begins anew, so it stays; whatever else an agent came to is of the past. */
function again(agent: FoldedAgent, generation: number): FoldedAgent {
  if (agent.agent_run === null || agent.state === 'completed' || agent.generation >= generation) return agent;
  const { agent_run, step, of } = agent;
  return { ...plannedAgent(agent.agent), agent_run, step, of, generation };
}

/** Folds that a run was started again: it goes on with what its earlier generation completed, and asks nothing any more. */
export function foldRestart(run: FoldedRun, { generation }: BatonEvent): FoldedRun {
  return {
    ...run,
    paused_by: null,
    ended_at: null,
    execution_time_ms: null,
    time_to_stop_ms: null,
    summary: null,
    error: null,
    agents: run.agents.map((agent) => again(agent, generation)),
    approvals: run.approvals.filter(({ decision }) => decision !== null),
  };
}
