import type { BatonEvent } from '../contracts/event.ts';
import type { Failure } from '../contracts/failure.ts';
import { emptyFeed, foldFeed } from './fold.ts';
import type { FoldedAgent, FoldedRun } from './folded.ts';

type OfAgent = { id: string; agent: FoldedAgent };

/** What one event changes in what is shown of a run. `id` is unique in a stream; agents keep theirs over attempts. */
export type RunChange = { at: string } & (
  | { kind: 'run_started'; run: FoldedRun; threadId: string }
  | { kind: 'run_changed'; run: FoldedRun; event: BatonEvent }
  | { kind: 'run_ended'; run: FoldedRun }
  | ({ kind: 'agent_started' | 'agent_changed' | 'agent_ended' } & OfAgent)
  | { kind: 'thought'; id: string; agentId: string; agent: FoldedAgent; reasoning: string }
  | { kind: 'tool_started'; id: string; agentId: string; agent: FoldedAgent; toolName: string; parameters: unknown }
  | { kind: 'tool_ended'; id: string; agentId: string; result?: unknown; error?: Failure }
);

type Change = RunChange extends infer Each ? (Each extends RunChange ? Omit<Each, 'at'> : never) : never;

type Shown = {
  agent: FoldedAgent;
  /** By step number. A later attempt that thinks the same says nothing new. */
  thoughts: Map<number, string>;
  /** Ids of open calls by `call_id`. */
  calls: Map<string, string>;
  ended: boolean;
};

const LOST: Failure = { type: 'HeartbeatLost', message: 'the attempt ended before the call did' };

function idOf({ agent, agent_run, generation }: FoldedAgent): string {
  return generation === 0 ? (agent_run ?? agent) : `${agent_run ?? agent}@${generation}`;
}

/**
 * For streams that can only be appended to: tells event by event what is new in one run as its user sees it, so that
 * what the fold refuses or has seen before is not told. Without `runId` it is the first run that is heard.
 */
export function createRunChanges({ runId }: { runId?: string } = {}): (event: BatonEvent) => RunChange[] {
  const shown = new Map<string, Shown>();
  let workflowId: string | undefined;
  let feed = emptyFeed();

  function* closeCalls(agentId: string, { calls }: Shown): Generator<Change> {
    for (const id of calls.values()) yield { kind: 'tool_ended', id, agentId, error: LOST };
    calls.clear();
  }

  function* endAgent(id: string, own: Shown): Generator<Change> {
    yield* closeCalls(id, own);
    own.ended = true;
    yield { kind: 'agent_ended', id, agent: own.agent };
  }

  /** A run that was begun again goes on without what an earlier generation of the agent was doing. */
  function* endEarlier({ agent_run, generation }: FoldedAgent): Generator<Change> {
    for (const [id, own] of shown) {
      if (own.ended || own.agent.agent_run !== agent_run || own.agent.generation >= generation) continue;
      own.agent = { ...own.agent, state: 'cancelled' };
      yield* endAgent(id, own);
    }
  }

  function* agentChanges(agent: FoldedAgent, before: FoldedAgent | undefined, event: BatonEvent): Generator<Change> {
    yield* endEarlier(agent);
    if (agent.state === 'pending') return;
    const id = idOf(agent);
    const own = shown.get(id) ?? { agent, thoughts: new Map(), calls: new Map(), ended: false };
    if (!shown.has(id)) yield { kind: 'agent_started', id, agent };
    shown.set(id, own);
    if (own.agent.exec !== agent.exec) yield* closeCalls(id, own);
    own.agent = agent;
    if (event.type === 'agent_thinking' && agent.thoughts !== before?.thoughts) {
      const { reasoning, step_number } = event.payload;
      const isNew = own.thoughts.get(step_number) !== reasoning;
      own.thoughts.set(step_number, reasoning);
      const thoughtId = `${id}/${agent.exec}/thought-${agent.thoughts.length}`;
      if (isNew && reasoning !== '') yield { kind: 'thought', id: thoughtId, agentId: id, agent, reasoning };
    }
    if (event.type === 'tool_executing' && agent.tools !== before?.tools) {
      const { call_id, tool_name: toolName, parameters } = event.payload;
      const callId = `${id}/${agent.exec}/${call_id}`;
      own.calls.set(call_id, callId);
      yield { kind: 'tool_started', id: callId, agentId: id, agent, toolName, parameters };
    }
    if (event.type === 'tool_completed' && agent.tools !== before?.tools) {
      const { call_id, success, result, error } = event.payload;
      const callId = own.calls.get(call_id);
      own.calls.delete(call_id);
      const failure = success ? undefined : (error ?? { type: 'ToolFailed', message: 'the tool failed' });
      if (callId) yield { kind: 'tool_ended', id: callId, agentId: id, result, error: failure };
    }
    if (agent.ended_at !== null && !own.ended) yield* endAgent(id, own);
    else yield { kind: 'agent_changed', id, agent };
  }

  function* changes(event: BatonEvent): Generator<Change> {
    const before = feed.runs[0];
    feed = foldFeed(feed, event);
    const run = feed.runs[0];
    if (!run || run === before) return;
    if (!before) yield { kind: 'run_started', run, threadId: event.thread_id };
    const earlier = new Map(before?.agents.map((agent) => [agent.agent_run, agent]));
    for (const agent of run.agents) {
      const last = earlier.get(agent.agent_run);
      if (agent.agent_run !== null && agent !== last) yield* agentChanges(agent, last, event);
    }
    if (event.agent_run === null) yield { kind: 'run_changed', run, event };
    if (run.ended_at === null || before?.ended_at) return;
    // Nothing may stay open in a stream that ends here, also where an agent's end has left the log.
    for (const [id, own] of shown) if (!own.ended) yield* endAgent(id, own);
    yield { kind: 'run_ended', run };
  }

  return function changesOf(event) {
    if (runId === undefined || event.run_id === runId) workflowId ??= event.workflow_id;
    if (event.workflow_id !== workflowId) return [];
    return [...changes(event)].map((change) => ({ ...change, at: event.at }));
  };
}
