import type { BatonEvent } from '../contracts/event.ts';
import type { EventType } from '../contracts/event-payloads.ts';
import { OUTSIDE_EXEC } from '../contracts/names.ts';
import { runStatus } from '../contracts/run-status.ts';
import { foldApproval } from './fold-approval.ts';
import { foldAgent, plannedAgent } from './fold-agent.ts';
import { foldCompensation } from './fold-compensation.ts';
import { foldRestart } from './fold-restart.ts';
import type { FoldedAgent, FoldedFeed, FoldedRun } from './folded.ts';

/** A feed of which nothing was seen yet. */
export function emptyFeed(): FoldedFeed {
  return { seq: 0, runs: [] };
}

function newRun({ run_id, user_id, workflow_id, at }: BatonEvent): FoldedRun {
  return {
    run_id,
    user_id,
    workflow_id,
    workflow: null,
    status: 'queued',
    paused_by: null,
    stalled: null,
    agents: [],
    approvals: [],
    compensations: [],
    started_at: at,
    ended_at: null,
    execution_time_ms: null,
    time_to_stop_ms: null,
    summary: null,
    error: null,
  };
}

/** Planned agents first, in the order of the plan; one that was heard before its plan keeps what is known of it. */
function withPlan(agents: FoldedAgent[], planned: string[]): FoldedAgent[] {
  const missing = planned.filter((name) => !agents.some(({ agent }) => agent === name));
  const all = [...agents, ...missing.map(plannedAgent)];
  const place = ({ agent }: FoldedAgent) => (planned.includes(agent) ? planned.indexOf(agent) : planned.length);
  return all.toSorted((a, b) => place(a) - place(b));
}

function withAgentEvent(agents: FoldedAgent[], event: BatonEvent): FoldedAgent[] {
  const own = agents.findIndex(({ agent_run }) => agent_run === event.agent_run);
  const planned = agents.findIndex(({ agent, agent_run }) => agent === event.agent && agent_run === null);
  const index = own >= 0 ? own : planned;
  if (index < 0) return [...agents, foldAgent(plannedAgent(event.agent ?? ''), event)];
  return agents.with(index, foldAgent(agents[index] as FoldedAgent, event));
}

/** A skipped step takes the place that its plan kept for it. */
function withSkipped(agents: FoldedAgent[], event: Extract<BatonEvent, { type: 'step_skipped' }>): FoldedAgent[] {
  const { reason, agent = event.step ?? '' } = event.payload;
  const { step, of, generation, at } = event;
  const own = agents.findIndex(({ agent_run }) => agent_run !== null && agent_run === step);
  const index = own >= 0 ? own : agents.findIndex((each) => each.agent === agent && each.agent_run === null);
  const skipped: FoldedAgent = {
    ...plannedAgent(agent),
    agent_run: step,
    state: 'skipped',
    step,
    of,
    generation,
    skipped: reason,
    ended_at: at,
  };
  return index < 0 ? [...agents, skipped] : agents.with(index, skipped);
}

function foldRun(run: FoldedRun, event: BatonEvent): FoldedRun {
  if (event.agent_run !== null) return { ...run, agents: withAgentEvent(run.agents, event) };
  switch (event.type) {
    case 'run_started': {
      const { workflow, agents } = event.payload;
      return { ...run, workflow, agents: withPlan(run.agents, agents), started_at: event.at };
    }
    case 'run_completed':
    case 'run_failed':
    case 'run_cancelled': {
      const { status, summary, execution_time_ms, time_to_stop_ms = null, error = null } = event.payload;
      // A question that nobody answered is none any more.
      const approvals = run.approvals.filter(({ decision }) => decision !== null);
      const ended = { status, summary, execution_time_ms, time_to_stop_ms, error, ended_at: event.at };
      return { ...run, ...ended, approvals, paused_by: null };
    }
    case 'run_paused':
      return { ...run, paused_by: event.payload.by };
    case 'run_resumed':
      return { ...run, paused_by: null };
    case 'approval_requested':
    case 'approval_decided':
      return foldApproval(run, event);
    case 'run_restarted':
      return foldRestart(run, event);
    case 'run_stalled':
      // After its end only a run stalls that was started again: no worker was there to say so.
      return run.ended_at === null ? run : foldRestart(run, event);
    case 'compensation_started':
    case 'compensation_completed':
      return foldCompensation(run, event);
    case 'step_skipped':
      return { ...run, agents: withSkipped(run.agents, event) };
    default:
      return run;
  }
}

function withStatus(run: FoldedRun, { exec }: BatonEvent): FoldedRun {
  const status = runStatus({
    ended: run.ended_at === null ? null : run.status,
    pausedBy: run.paused_by,
    asking: run.approvals.filter(({ decision }) => decision === null).length,
    begun: run.status !== 'queued' || exec !== OUTSIDE_EXEC,
  });
  return run.status === status ? run : { ...run, status };
}

/** Said from outside, and yet of a run that moves. */
const MOVES: readonly EventType[] = ['run_restarted', 'run_recovered'];

/** An event of a worker says that the run moves, and nothing holds up what has ended or begins anew. */
function stalledBy({ stalled, ended_at }: FoldedRun, event: BatonEvent): FoldedRun['stalled'] {
  if (event.type === 'run_stalled') return event.payload.reason;
  const isOutside = event.exec === OUTSIDE_EXEC && !MOVES.includes(event.type) && ended_at === null;
  return isOutside ? stalled : null;
}

/**
 * Folds one event into what a user sees. The one reducer of page, command line and tests: events seen before change
 * nothing, a later attempt replaces the earlier one, and the workflow's verdict wins over an activity's claim.
 */
export function foldFeed(feed: FoldedFeed, event: BatonEvent): FoldedFeed {
  if (event.seq <= feed.seq) return feed;
  const index = feed.runs.findIndex(({ workflow_id }) => workflow_id === event.workflow_id);
  const folded = withStatus(foldRun(feed.runs[index] ?? newRun(event), event), event);
  const stalled = stalledBy(folded, event);
  const run = folded.stalled === stalled ? folded : { ...folded, stalled };
  return { seq: event.seq, runs: index < 0 ? [...feed.runs, run] : feed.runs.with(index, run) };
}
