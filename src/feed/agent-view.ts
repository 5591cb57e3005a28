import type { FoldedAgent } from './folded.ts';

/** An agent as the adapters show it: its state without what is streamed apart. */
export type AgentView = Pick<
  FoldedAgent,
  'agent' | 'state' | 'attempt' | 'progress' | 'step' | 'of' | 'execution_time_ms' | 'recovered' | 'result' | 'error'
>;

export function agentView(folded: FoldedAgent): AgentView {
  const { agent, state, attempt, progress, step, of, execution_time_ms, recovered, result, error } = folded;
  return { agent, state, attempt, progress, step, of, execution_time_ms, recovered, result, error };
}
