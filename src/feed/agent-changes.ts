import type { BatonEvent } from '../contracts/event.ts';
import type { Failure } from '../contracts/failure.ts';
import type { FoldedAgent } from './folded.ts';

type OfAgent = { id: string; agent: FoldedAgent };

/** `id` is unique in a stream; agents keep theirs over attempts. */
export type AgentChange =
  | ({ kind: 'agent_started' | 'agent_changed' | 'agent_ended' } & OfAgent)
  | { kind: 'thought'; id: string; agentId: string; agent: FoldedAgent; reasoning: string }
  | { kind: 'tool_started'; id: string; agentId: string; agent: FoldedAgent; toolName: string; parameters: unknown }
  | { kind: 'tool_ended'; id: string; agentId: string; result?: unknown; error?: Failure };

type Shown = {
  agent: FoldedAgent;
  /** By step number. A later attempt that thinks the same says nothing new. */
  thoughts: Map<number, string>;
  /** Ids of open calls by `call_id`. */
  calls: Map<string, string>;
  ended: boolean;
};

const LOST: Failure = { type: 'HeartbeatLost', message: 'the attempt ended before the call did' };
const UNHEARD: Failure = { type: 'HeartbeatLost', message: 'what became of the call has left the log' };

function idOf({ agent, agent_run, generation }: FoldedAgent): string {
  return generation === 0 ? (agent_run ?? agent) : `${agent_run ?? agent}@${generation}`;
}

/** What is shown of a run's agents in a stream that can only be appended to, and what is new in it. */
export function createAgentChanges() {
  const shown = new Map<string, Shown>();

  function* closeCalls(agentId: string, { calls }: Shown, error = LOST): Generator<AgentChange> {
    for (const id of calls.values()) yield { kind: 'tool_ended', id, agentId, error };
    calls.clear();
  }

  function* end(id: string, own: Shown): Generator<AgentChange> {
    yield* closeCalls(id, own);
    own.ended = true;
    yield { kind: 'agent_ended', id, agent: own.agent };
  }

  /** A run that was begun again goes on without what an earlier generation of the agent was doing. */
  function* endEarlier({ agent_run, generation }: FoldedAgent): Generator<AgentChange> {
    for (const [id, own] of shown) {
      if (own.ended || own.agent.agent_run !== agent_run || own.agent.generation >= generation) continue;
      own.agent = { ...own.agent, state: 'cancelled' };
      yield* end(id, own);
    }
  }

  function* show(id: string, agent: FoldedAgent): Generator<AgentChange, Shown> {
    const known = shown.get(id);
    if (known) {
      if (known.agent.exec !== agent.exec) yield* closeCalls(id, known);
      known.agent = agent;
      return known;
    }
    yield { kind: 'agent_started', id, agent };
    const own = { agent, thoughts: new Map(), calls: new Map(), ended: false };
    shown.set(id, own);
    return own;
  }

  function* news(own: Shown, before: FoldedAgent | undefined, event: BatonEvent): Generator<AgentChange> {
    const { agent } = own;
    const agentId = idOf(agent);
    if (event.type === 'agent_thinking' && agent.thoughts !== before?.thoughts) {
      const { reasoning, step_number } = event.payload;
      const isNew = own.thoughts.get(step_number) !== reasoning;
      own.thoughts.set(step_number, reasoning);
      const id = `${agentId}/${agent.exec}/thought-${agent.thoughts_total}`;
      if (isNew && reasoning !== '') yield { kind: 'thought', id, agentId, agent, reasoning };
    }
    if (event.type === 'tool_executing' && agent.tools !== before?.tools) {
      const { call_id, tool_name: toolName, parameters } = event.payload;
      const id = `${agentId}/${agent.exec}/${call_id}`;
      own.calls.set(call_id, id);
      yield { kind: 'tool_started', id, agentId, agent, toolName, parameters };
    }
    if (event.type === 'tool_completed' && agent.tools !== before?.tools) {
      const { call_id, success, result, error } = event.payload;
      const id = own.calls.get(call_id);
      own.calls.delete(call_id);
      const failure = success ? undefined : (error ?? { type: 'ToolFailed', message: 'the tool failed' });
      if (id) yield { kind: 'tool_ended', id, agentId, result, error: failure };
    }
  }

  function* settle(own: Shown): Generator<AgentChange> {
    const id = idOf(own.agent);
    if (own.agent.ended_at !== null && !own.ended) yield* end(id, own);
    else yield { kind: 'agent_changed', id, agent: own.agent };
  }

  return {
    /** What one event changed in an agent. */
    *changed(agent: FoldedAgent, before: FoldedAgent | undefined, event: BatonEvent): Generator<AgentChange> {
      yield* endEarlier(agent);
      if (agent.state === 'pending') return;
      const own = yield* show(idOf(agent), agent);
      yield* news(own, before, event);
      yield* settle(own);
    },
    /** An agent as it stands after events that nobody saw: what was called in them is not told. */
    *replaced(agent: FoldedAgent): Generator<AgentChange> {
      yield* endEarlier(agent);
      if (agent.state === 'pending') return;
      const id = idOf(agent);
      const known = shown.get(id);
      const running = new Set(agent.tools.flatMap(({ call_id, state }) => (state === 'running' ? [call_id] : [])));
      const goOn = known?.agent.exec === agent.exec && [...known.calls.keys()].every((call) => running.has(call));
      if (known && !goOn) yield* closeCalls(id, known, UNHEARD);
      yield* settle(yield* show(id, agent));
    },
    /** Nothing may stay open in a stream that ends, also where an agent's end has left the log. */
    *endAll(): Generator<AgentChange> {
      for (const [id, own] of shown) if (!own.ended) yield* end(id, own);
    },
  };
}
