import type { BatonEvent } from '../contracts/event.ts';
import { compareExec, execOrder } from '../contracts/exec-order.ts';
import { AGENT_END_TYPES, type DeathReason, type FailureType } from '../contracts/names.ts';
import { KEPT_PER_AGENT, type FoldedAgent, type FoldedTool } from './folded.ts';

const FAILURE_OF_DEATH: Record<DeathReason, FailureType> = {
  silent: 'AgentSilent',
  timeout: 'AgentTimeout',
  no_heartbeat: 'HeartbeatLost',
  memory: 'OutOfMemory',
  terminated: 'AgentFailed',
};

/** An agent of which only the plan is known. */
export function plannedAgent(agent: string): FoldedAgent {
  return {
    agent,
    agent_run: null,
    state: 'pending',
    generation: 0,
    step: null,
    of: null,
    attempt: 0,
    exec: null,
    thoughts: [],
    thoughts_total: 0,
    tools: [],
    tools_total: 0,
    progress: 0,
    started_at: null,
    ended_at: null,
    execution_time_ms: null,
    recovered: false,
    next_attempt_in_ms: null,
    result: null,
    error: null,
    skipped: null,
    time_to_stop_ms: null,
    final: false,
  };
}

/** Whether the event belongs to an older, the same or a newer execution than the one shown. */
function compareTo(agent: FoldedAgent, event: BatonEvent): number {
  // Also where nothing of the newer generation was heard yet: the run says that it began.
  if (event.generation < agent.generation) return -1;
  const shown = agent.exec === null ? undefined : execOrder({ exec: agent.exec, generation: agent.generation });
  const heard = execOrder(event);
  if (!heard) return event.generation - agent.generation;
  return shown ? compareExec(heard, shown) : 1;
}

/** A newer execution begins with nothing of the earlier attempt's: its thoughts and calls would be seen twice. */
function restarted(agent: FoldedAgent, event: BatonEvent): FoldedAgent {
  const { agent_run, generation, step, of, attempt, exec, at } = event;
  const started_at = agent.started_at ?? at;
  return { ...plannedAgent(agent.agent), agent_run, generation, step, of, attempt, exec, started_at, state: 'running' };
}

function ended(agent: FoldedAgent, event: BatonEvent, change: Partial<FoldedAgent>): FoldedAgent {
  const tools = agent.tools.map((tool) => (tool.state === 'running' ? { ...tool, state: 'ended' as const } : tool));
  return { ...agent, tools, next_attempt_in_ms: null, ended_at: event.at, final: event.final, ...change };
}

/** With one more call. What is dropped first is what has ended: a call under way is still to be closed. */
function withCall(tools: FoldedTool[], call: FoldedTool): FoldedTool[] {
  if (tools.length < KEPT_PER_AGENT) return [...tools, call];
  const ended = tools.findIndex(({ state }) => state !== 'running');
  return [...tools.toSpliced(Math.max(0, ended), 1), call];
}

function apply(agent: FoldedAgent, event: BatonEvent): FoldedAgent {
  switch (event.type) {
    case 'agent_queued':
      return { ...agent, state: 'queued' };
    case 'agent_started':
      // An attempt whose predecessor was lost says so first.
      return {
        ...agent,
        state: 'running',
        started_at: agent.started_at ?? event.at,
        error: null,
        next_attempt_in_ms: null,
      };
    case 'agent_thinking': {
      const { reasoning, step_number, progress_percentage: progress } = event.payload;
      const thought = { reasoning, step_number, progress, at: event.at };
      const thoughts = [...agent.thoughts.slice(1 - KEPT_PER_AGENT), thought];
      return { ...agent, progress, thoughts, thoughts_total: agent.thoughts_total + 1 };
    }
    case 'tool_executing': {
      const { call_id, tool_name } = event.payload;
      const call = { call_id, tool_name, state: 'running', started_at: event.at, execution_time_ms: null } as const;
      return { ...agent, tools: withCall(agent.tools, call), tools_total: agent.tools_total + 1 };
    }
    case 'tool_completed': {
      const { call_id, success, execution_time_ms } = event.payload;
      const state = success ? 'completed' : 'failed';
      const close = (tool: FoldedAgent['tools'][number]) =>
        tool.call_id === call_id ? ({ ...tool, state, execution_time_ms } as const) : tool;
      return { ...agent, tools: agent.tools.map(close) };
    }
    case 'agent_retrying': {
      const { error, next_attempt_in_ms } = event.payload;
      return { ...agent, state: 'retrying', error, next_attempt_in_ms };
    }
    case 'agent_cancelling':
      return { ...agent, state: 'cancelling' };
    case 'agent_completed': {
      const { result, execution_time_ms, recovered } = event.payload;
      return ended(agent, event, {
        state: 'completed',
        progress: 100,
        result,
        execution_time_ms,
        recovered,
        error: null,
      });
    }
    case 'agent_error':
      return ended(agent, event, { state: 'failed', error: event.payload.error });
    case 'agent_death': {
      const { reason, message } = event.payload;
      return ended(agent, event, { state: 'dead', error: { type: FAILURE_OF_DEATH[reason], message } });
    }
    case 'agent_cancelled': {
      // Of one that nobody heard of, only the workflow knows how often it was tried.
      const heard = agent.exec === null ? event.attempt : agent.attempt;
      const { time_to_stop_ms, attempts = heard } = event.payload;
      return ended(agent, event, { state: 'cancelled', time_to_stop_ms, attempt: attempts });
    }
    default:
      return agent;
  }
}

/** Folds an agent's event into what is shown of it. */
export function foldAgent(agent: FoldedAgent, event: BatonEvent): FoldedAgent {
  const order = compareTo(agent, event);
  // Nothing follows a verdict but a later generation, also where an attempt is alive of which the workflow heard nothing.
  if (order < 0 || (agent.final && event.generation <= agent.generation)) return agent;
  const { agent_run, step, of } = event;
  // One that no worker took has no execution; what it is part of is known all the same.
  const place = agent.exec === null && step !== null ? { step, of } : {};
  const current = order > 0 ? restarted(agent, event) : { ...agent, agent_run, ...place };
  const isEnd = (AGENT_END_TYPES as readonly string[]).includes(event.type);
  // Of two ends the workflow's counts, and an end is the last thing that is heard of an execution.
  if (current.ended_at !== null && (!isEnd || !event.final)) return current;
  return apply(current, event);
}
