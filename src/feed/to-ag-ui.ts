// Written against the protocol of AG-UI 1, whose packages this one does not need at run time: a test pins the one to the other.
import type { BatonEvent } from '../contracts/event.ts';
import { agentView } from './agent-view.ts';
import type { FeedResync } from './feed-state.ts';
import type { FoldedRun } from './folded.ts';
import { createRunChanges, type RunChange } from './run-changes.ts';

type OfAgent = { subagentRunId: string };

/** The AG-UI events that a run becomes, each with the time of the event it was made from. */
export type AgUiEvent = { timestamp: number } & (
  | { type: 'RUN_STARTED'; threadId: string; runId: string }
  | {
      type: 'RUN_FINISHED';
      threadId: string;
      runId: string;
      outcome: { type: 'success' } | { type: 'cancelled' };
      result: { status: string; summary: string | null };
    }
  | { type: 'RUN_ERROR'; message: string; code?: string }
  | { type: 'TEXT_MESSAGE_START'; messageId: string; role: 'assistant' }
  | { type: 'TEXT_MESSAGE_CONTENT'; messageId: string; delta: string }
  | { type: 'TEXT_MESSAGE_END'; messageId: string }
  | ({ type: 'SUBAGENT_STARTED'; name: string } & OfAgent)
  | ({ type: 'SUBAGENT_FINISHED'; result: unknown } & OfAgent)
  | ({ type: 'SUBAGENT_ERROR'; message: string; code?: string } & OfAgent)
  | ({ type: 'REASONING_START' | 'REASONING_MESSAGE_END' | 'REASONING_END'; messageId: string } & OfAgent)
  | ({ type: 'REASONING_MESSAGE_START'; messageId: string; role: 'reasoning' } & OfAgent)
  | ({ type: 'REASONING_MESSAGE_CONTENT'; messageId: string; delta: string } & OfAgent)
  | ({ type: 'TOOL_CALL_START'; toolCallId: string; toolCallName: string } & OfAgent)
  | ({ type: 'TOOL_CALL_ARGS'; toolCallId: string; delta: string } & OfAgent)
  | ({ type: 'TOOL_CALL_END'; toolCallId: string } & OfAgent)
  | ({ type: 'TOOL_CALL_RESULT'; messageId: string; toolCallId: string; content: string; role: 'tool' } & OfAgent)
  | { type: 'CUSTOM'; name: `baton.${string}`; value: unknown }
);

type Untimed = AgUiEvent extends infer Each ? (Each extends AgUiEvent ? Omit<Each, 'timestamp'> : never) : never;

function ending(run: FoldedRun, threadId: string): Untimed[] {
  const { run_id: runId, status, summary, error } = run;
  const messageId = `${runId}/summary`;
  const text: Untimed[] = summary
    ? [
        { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' },
        { type: 'TEXT_MESSAGE_CONTENT', messageId, delta: summary },
        { type: 'TEXT_MESSAGE_END', messageId },
      ]
    : [];
  if (['failed', 'timed_out', 'terminated'].includes(status)) {
    const message = error?.message ?? summary ?? `the run ended ${status}`;
    return [...text, { type: 'RUN_ERROR', message, code: error?.type }];
  }
  const outcome = { type: status === 'cancelled' ? 'cancelled' : 'success' } as const;
  return [...text, { type: 'RUN_FINISHED', threadId, runId, outcome, result: { status, summary } }];
}

function eventsOf(change: RunChange, threadId: string): Untimed[] {
  switch (change.kind) {
    case 'run_started':
      return [{ type: 'RUN_STARTED', threadId, runId: change.run.run_id }];
    case 'run_changed':
      return [{ type: 'CUSTOM', name: `baton.${change.event.type}`, value: change.event.payload }];
    case 'run_replaced':
      return [
        { type: 'CUSTOM', name: 'baton.resync', value: { status: change.run.status, approvals: change.run.approvals } },
      ];
    case 'run_ended':
      return ending(change.run, threadId);
    case 'agent_started':
      return [{ type: 'SUBAGENT_STARTED', subagentRunId: change.id, name: change.agent.agent }];
    case 'agent_changed':
      return [{ type: 'CUSTOM', name: 'baton.agent', value: { id: change.id, ...agentView(change.agent) } }];
    case 'agent_ended': {
      const { id: subagentRunId, agent } = change;
      if (agent.state === 'completed') return [{ type: 'SUBAGENT_FINISHED', subagentRunId, result: agent.result }];
      const message = agent.error?.message ?? `${agent.agent} was ${agent.state}`;
      return [{ type: 'SUBAGENT_ERROR', subagentRunId, message, code: agent.error?.type }];
    }
    case 'thought': {
      const { id: messageId, agentId: subagentRunId, reasoning: delta } = change;
      const own = { messageId, subagentRunId };
      return [
        { type: 'REASONING_START', ...own },
        { type: 'REASONING_MESSAGE_START', role: 'reasoning', ...own },
        { type: 'REASONING_MESSAGE_CONTENT', delta, ...own },
        { type: 'REASONING_MESSAGE_END', ...own },
        { type: 'REASONING_END', ...own },
      ];
    }
    case 'tool_started': {
      const own = { toolCallId: change.id, subagentRunId: change.agentId };
      return [
        { type: 'TOOL_CALL_START', toolCallName: change.toolName, ...own },
        { type: 'TOOL_CALL_ARGS', delta: JSON.stringify(change.parameters ?? {}), ...own },
        { type: 'TOOL_CALL_END', ...own },
      ];
    }
    case 'tool_ended': {
      const { id: toolCallId, agentId: subagentRunId, result, error } = change;
      const content = JSON.stringify(error ? { error } : (result ?? null));
      return [
        {
          type: 'TOOL_CALL_RESULT',
          messageId: `${toolCallId}/result`,
          toolCallId,
          content,
          role: 'tool',
          subagentRunId,
        },
      ];
    }
  }
}

/**
 * One run as AG-UI events: each agent is a subagent with its reasoning and tool calls, the summary is the assistant's
 * message; what AG-UI has no word for (questions, pauses, progress) comes as `CUSTOM` events named `baton.…`. Ends with
 * the run; one that is tried again is another stream. Give it `feed.updates()`.
 *
 * @param options.runId - the run to show; by default the first that is heard
 */
export async function* toAgUi(
  updates: AsyncIterable<BatonEvent | FeedResync>,
  { runId }: { runId?: string } = {},
): AsyncGenerator<AgUiEvent, void> {
  const changesOf = createRunChanges({ runId });
  let threadId = '';
  for await (const update of updates) {
    for (const change of changesOf(update)) {
      if (change.kind === 'run_started') threadId = change.threadId;
      const timestamp = Date.parse(change.at);
      for (const each of eventsOf(change, threadId)) yield { ...each, timestamp };
      if (change.kind === 'run_ended') return;
    }
  }
}
