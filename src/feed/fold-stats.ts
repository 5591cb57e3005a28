import type { BatonEvent } from '../contracts/event.ts';
import { AGENT_END_TYPES, RUN_END_TYPES } from '../contracts/names.ts';
import { foldExecution, isAtWork, newExecution, type Execution } from './stats/execution.ts';
import { countEvent, NO_EVENTS } from './stats/event-tally.ts';
import { settleExecutions } from './stats/settle-executions.ts';
import { eachOf, type ActiveRun, type StatsState } from './stats/stats-state.ts';
import { addTally, NO_TALLY } from './stats/tally.ts';

/** What tells how executions begin, go on and end; thoughts and calls of tools change no figure of executions. */
const LIFECYCLE: readonly string[] = [
  'agent_queued',
  'agent_started',
  'agent_retrying',
  'agent_cancelling',
  ...AGENT_END_TYPES,
];

type RunEndEvent = Extract<BatonEvent, { type: (typeof RUN_END_TYPES)[number] }>;

const isRunEnd = (event: BatonEvent): event is RunEndEvent => (RUN_END_TYPES as readonly string[]).includes(event.type);

/** Statistics of a feed of which nothing was seen yet. */
export function emptyStats(): StatsState {
  return {
    seq: 0,
    active: new Map(),
    settled: new Map(),
    concurrent: new Map(),
    spans: null,
    history: null,
    runs: 0,
    events: NO_EVENTS,
  };
}

function counted(concurrent: StatsState['concurrent'], agent: string, change: number): StatsState['concurrent'] {
  if (change === 0) return concurrent;
  const after = new Map(concurrent);
  for (const key of ['', agent]) {
    const { now, max } = concurrent.get(key) ?? { now: 0, max: 0 };
    after.set(key, { now: now + change, max: Math.max(max, now + change) });
  }
  return after;
}

function withRun(state: StatsState, run: ActiveRun): StatsState {
  return { ...state, active: new Map(state.active).set(run.workflow_id, run) };
}

function withExecution(state: StatsState, run: ActiveRun, agentRun: string, next: Execution): StatsState {
  const before = run.executions.get(agentRun);
  const change = Number(isAtWork(next)) - Number(before !== undefined && isAtWork(before));
  const executions = new Map(run.executions).set(agentRun, next);
  const concurrent = counted(state.concurrent, next.shown.agent, change);
  return withRun({ ...state, concurrent }, { ...run, executions });
}

function opened(state: StatsState, event: BatonEvent): ActiveRun {
  const { run_id, user_id, workflow_id, generation, at } = event;
  const known = state.active.get(workflow_id);
  const executions = new Map<string, Execution>();
  if (!known) return { run_id, user_id, workflow_id, workflow: null, generation, started_at: at, executions };
  return generation > known.generation ? { ...known, generation, executions } : known;
}

/** What is left of an earlier start of the run ends with it: nobody will tell the end of an agent that a reset cut off. */
function atGeneration(state: StatsState, event: BatonEvent): StatsState {
  const known = state.active.get(event.workflow_id);
  const run = opened(state, event);
  if (run === known) return state;
  const settled = known ? settleExecutions(state, known) : state;
  // A run that ended before and was started again is not another one.
  const isNew = !known && (event.generation === 0 || !hasEnded(state, event.workflow_id));
  return withRun({ ...settled, runs: settled.runs + Number(isNew) }, run);
}

function hasEnded({ history }: StatsState, workflowId: string): boolean {
  for (const { workflow_id } of eachOf(history)) if (workflow_id === workflowId) return true;
  return false;
}

function foldCompensation(
  state: StatsState,
  run: ActiveRun,
  { payload }: Extract<BatonEvent, { type: 'compensation_completed' }>,
): StatsState {
  if (!payload.success) return state;
  const undone = typeof payload.of === 'string' ? run.executions.get(payload.of) : undefined;
  if (undone) return withExecution(state, run, payload.of as string, { ...undone, compensated: true });
  // Of an earlier start of the run, or not of an execution at all.
  const tally = addTally(state.settled.get(payload.agent) ?? NO_TALLY, { ...NO_TALLY, compensated: 1 });
  return { ...state, settled: new Map(state.settled).set(payload.agent, tally) };
}

function foldQuestion(state: StatsState, run: ActiveRun, askedBy: unknown): StatsState {
  const asking = typeof askedBy === 'string' ? run.executions.get(askedBy) : undefined;
  return asking ? withExecution(state, run, askedBy as string, { ...asking, asks: true }) : state;
}

function foldEnd(state: StatsState, run: ActiveRun, event: RunEndEvent): StatsState {
  const settled = settleExecutions(state, run);
  const active = new Map(state.active);
  active.delete(run.workflow_id);
  const { status, execution_time_ms } = event.payload;
  const ends = [...run.executions.values()].map(({ shown }) => shown.state);
  const value = {
    run_id: run.run_id,
    user_id: run.user_id,
    workflow_id: run.workflow_id,
    workflow: run.workflow,
    status,
    generation: run.generation,
    executions: ends.length,
    failed_executions: ends.filter((end) => end === 'failed' || end === 'dead').length,
    started_at: run.started_at,
    ended_at: event.at,
    execution_time: execution_time_ms / 1_000,
    seq: event.seq,
  };
  return { ...settled, active, history: { value, rest: state.history } };
}

function foldRun(state: StatsState, event: BatonEvent): StatsState {
  // Looked at after its end, a run does not begin again.
  if (event.type === 'operator_action') return state;
  const current = atGeneration(state, event);
  const run = current.active.get(event.workflow_id) as ActiveRun;
  if (event.generation < run.generation) return state;
  if (event.agent_run !== null) {
    if (!LIFECYCLE.includes(event.type)) return current;
    const known = run.executions.get(event.agent_run) ?? newExecution(event.agent ?? '');
    return withExecution(current, run, event.agent_run, foldExecution(known, event));
  }
  if (isRunEnd(event)) return foldEnd(current, run, event);
  if (event.type === 'run_started') {
    return withRun(current, { ...run, workflow: event.payload.workflow, started_at: event.at });
  }
  if (event.type === 'compensation_completed') return foldCompensation(current, run, event);
  if (event.type === 'approval_requested') return foldQuestion(current, run, event.payload.asked_by);
  return current;
}

/**
 * Folds one event of a user's log into their statistics. Events seen before change nothing; as in the feed, a later
 * attempt replaces the earlier one, and the workflow's verdict wins over an activity's claim.
 */
export function foldStats(state: StatsState, event: BatonEvent): StatsState {
  if (event.seq <= state.seq) return state;
  const events = countEvent(state.events, Date.parse(event.at));
  return { ...foldRun(state, event), seq: event.seq, events };
}
