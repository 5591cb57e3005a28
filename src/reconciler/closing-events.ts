import type { NewEvent } from '../contracts/event.ts';
import type { RunStatus } from '../contracts/names.ts';
import type { FoldedAgent } from '../feed/folded.ts';
import { reconcilerEvent } from './reconciler-event.ts';
import type { RunRecord } from './run-record.ts';
import type { Closing } from './who-closed.ts';

export type Closed = {
  status: RunStatus;
  message: string;
  temporalRun: string;
  executionTimeMs: number;
  /** Whether its own code ended it, and so undid what it had to. */
  byItself: boolean;
  /** Who terminated it, where somebody did. */
  terminated?: Closing;
  /** Of a run that Temporal no longer has: how it ended, nobody knows. */
  reason?: 'lost';
};

/** An agent that has been heard of and has not ended; one that is only planned has no end either. */
export function isOpen({ agent_run, ended_at }: FoldedAgent): boolean {
  return agent_run !== null && ended_at === null;
}

function agentEnd(record: RunRecord, agent: FoldedAgent, { status, message, temporalRun }: Closed): NewEvent {
  const common = { ids: record.ids, temporalRun, key: `end:${agent.agent_run}`, generation: agent.generation, agent };
  if (status === 'cancelled') {
    return reconcilerEvent({
      ...common,
      type: 'agent_cancelled',
      payload: { outcome: 'abandoned', time_to_stop_ms: 0 },
    });
  }
  const reason = status === 'timed_out' ? 'timeout' : 'terminated';
  return reconcilerEvent({ ...common, type: 'agent_death', payload: { reason, message } });
}

/** The ends that a closed run owes its user: of every agent that had not ended, and of the run itself. */
export function closingEvents(record: RunRecord, closed: Closed): { agentEnds: NewEvent[]; end: NewEvent } {
  const { status, message, temporalRun, executionTimeMs: execution_time_ms, reason } = closed;
  const agents = record.folded?.agents ?? [];
  const { generation } = record;
  const failed = status === 'failed' || status === 'terminated' || status === 'timed_out';
  const type = status === 'cancelled' ? 'run_cancelled' : failed ? 'run_failed' : 'run_completed';
  const failure = { type: status === 'timed_out' ? ('AgentTimeout' as const) : ('AgentFailed' as const), message };
  const payload = {
    status,
    summary: message,
    execution_time_ms,
    ...(failed && { error: failure }),
    ...(reason && { reason }),
  };
  return {
    agentEnds: agents.filter(isOpen).map((agent) => agentEnd(record, agent, closed)),
    end: reconcilerEvent({ ids: record.ids, temporalRun, key: 'end', type, payload, generation }),
  };
}
