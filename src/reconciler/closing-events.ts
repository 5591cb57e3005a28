import type { NewEvent } from '../contracts/event.ts';
import type { RunStatus } from '../contracts/names.ts';
import { UNDO_PREFIX } from '../contracts/names.ts';
import type { RunOutcome } from '../contracts/run.ts';
import type { FoldedAgent, FoldedCompensation } from '../feed/folded.ts';
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
  /** What it came to, where Temporal has that. */
  outcome?: RunOutcome;
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

/**
 * End of an undo that the run's own code began and could not end. It succeeded where the agent that undoes completed; else
 * nobody can vouch for it.
 */
function undoEnd(record: RunRecord, undo: FoldedCompensation, { message, temporalRun }: Closed): NewEvent {
  const { agent, step, of, generation, started_at } = undo;
  const prefix = `${UNDO_PREFIX}${of ?? agent}-`;
  const success = (record.folded?.agents ?? []).some(
    ({ agent_run, state, ...other }) =>
      agent_run?.startsWith(prefix) &&
      state === 'completed' &&
      other.agent === agent &&
      other.generation === generation,
  );
  const error = { type: 'AgentFailed' as const, message: `it is not known whether this was undone: ${message}` };
  const payload = { agent, step, of, success, ...(!success && { error }) };
  const key = `undone:${of ?? agent}:${step ?? ''}:${started_at}`;
  return reconcilerEvent({
    ids: record.ids,
    temporalRun,
    key,
    type: 'compensation_completed',
    payload,
    generation,
  });
}

type ClosingEvents = { agentEnds: NewEvent[]; undoEnds: NewEvent[]; end: NewEvent };

/**
 * The first event of a run, where nobody has published it: it may have been closed before a worker took it, or before
 * what carries that event reached the log, or its code may fail before it says anything.
 */
export function missingBeginning(
  { ids, folded, generation }: RunRecord,
  { temporalRun }: Pick<Closed, 'temporalRun'>,
): NewEvent[] {
  if (generation > 0 || (folded?.workflow ?? null) !== null) return [];
  const [workflow = ''] = ids.workflowId.split('/');
  const payload = { workflow, agents: [] };
  return [reconcilerEvent({ ids, temporalRun, key: 'started', type: 'run_started', payload, generation })];
}

/** The ends that a closed run owes its user: of every agent and undo that had not ended, and of the run itself. */
export function closingEvents(record: RunRecord, closed: Closed): ClosingEvents {
  const { status, message, temporalRun, executionTimeMs: execution_time_ms, reason } = closed;
  const { agents = [], compensations = [] } = record.folded ?? {};
  const undos = compensations.filter(({ ended_at }) => ended_at === null);
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
    undoEnds: undos.map((undo) => undoEnd(record, undo, closed)),
    end: reconcilerEvent({ ids: record.ids, temporalRun, key: 'end', type, payload, generation }),
  };
}
