// Written against the types of AI SDK 7, which this package does not need at run time: a test pins the one to the other.
import type { BatonEvent } from '../contracts/event.ts';
import { agentView, type AgentView } from './agent-view.ts';
import type { FeedResync } from './feed-state.ts';
import type { FoldedApproval, FoldedRun } from './folded.ts';
import { createRunChanges, type RunChange } from './run-changes.ts';

/** Data parts of the message, for `UIMessage<unknown, BatonDataParts>`. A later part of the same id replaces an earlier one. */
export type BatonDataParts = {
  run: Pick<FoldedRun, 'run_id' | 'workflow' | 'status' | 'summary' | 'execution_time_ms'>;
  agent: AgentView;
  approval: FoldedApproval;
};

type DataChunk = {
  [Name in keyof BatonDataParts]: { type: `data-${Name}`; id: string; data: BatonDataParts[Name] };
}[keyof BatonDataParts];

type Metadata = { baton: { agent: string } };

/** The chunks of an AI SDK UI message stream that a run becomes. */
export type UiMessageChunk =
  | { type: 'start'; messageId: string; messageMetadata: { run_id: string; workflow_id: string } }
  | { type: 'reasoning-start' | 'reasoning-end'; id: string; providerMetadata?: Metadata }
  | { type: 'text-start' | 'text-end'; id: string }
  | { type: 'reasoning-delta' | 'text-delta'; id: string; delta: string }
  | {
      type: 'tool-input-available';
      toolCallId: string;
      toolName: string;
      input: unknown;
      dynamic: true;
      providerExecuted: true;
      providerMetadata: Metadata;
    }
  | { type: 'tool-output-available'; toolCallId: string; output: unknown; dynamic: true; providerExecuted: true }
  | { type: 'tool-output-error'; toolCallId: string; errorText: string; dynamic: true; providerExecuted: true }
  | { type: 'error'; errorText: string }
  | { type: 'abort'; reason?: string }
  | { type: 'finish'; finishReason: 'stop' | 'error' }
  | DataChunk;

// Tools have run where the agents are: a chat must not try to run them again.
const RAN = { dynamic: true, providerExecuted: true } as const;

function runPart({ run_id, workflow, status, summary, execution_time_ms }: FoldedRun): UiMessageChunk {
  return { type: 'data-run', id: run_id, data: { run_id, workflow, status, summary, execution_time_ms } };
}

function approvalPart(approval: FoldedApproval): UiMessageChunk {
  return { type: 'data-approval', id: approval.approval_id, data: approval };
}

function ending(run: FoldedRun): UiMessageChunk[] {
  const id = `${run.run_id}/summary`;
  const { summary, status, error } = run;
  const text: UiMessageChunk[] = summary
    ? [
        { type: 'text-start', id },
        { type: 'text-delta', id, delta: summary },
        { type: 'text-end', id },
      ]
    : [];
  if (status === 'cancelled') return [...text, { type: 'abort', reason: summary ?? undefined }];
  if (!['failed', 'timed_out', 'terminated'].includes(status))
    return [...text, { type: 'finish', finishReason: 'stop' }];
  const errorText = error?.message ?? summary ?? `the run ended ${status}`;
  return [...text, { type: 'error', errorText }, { type: 'finish', finishReason: 'error' }];
}

function chunksOf(change: RunChange): UiMessageChunk[] {
  switch (change.kind) {
    case 'run_started': {
      const { run_id, workflow_id } = change.run;
      return [{ type: 'start', messageId: run_id, messageMetadata: { run_id, workflow_id } }];
    }
    case 'run_changed': {
      const { run, event } = change;
      const asked = event.type === 'approval_requested' || event.type === 'approval_decided';
      const id = asked && event.payload.approval_id;
      const approval = run.approvals.find(({ approval_id }) => approval_id === id);
      return [approval ? approvalPart(approval) : runPart(run)];
    }
    case 'run_replaced':
      return [runPart(change.run), ...change.run.approvals.map(approvalPart)];
    case 'run_ended':
      return ending(change.run);
    case 'thought': {
      const { id, reasoning, agent } = change;
      return [
        { type: 'reasoning-start', id, providerMetadata: { baton: { agent: agent.agent } } },
        { type: 'reasoning-delta', id, delta: reasoning },
        { type: 'reasoning-end', id },
      ];
    }
    case 'tool_started': {
      const { id: toolCallId, toolName, parameters: input, agent } = change;
      const providerMetadata = { baton: { agent: agent.agent } };
      return [{ type: 'tool-input-available', toolCallId, toolName, input, providerMetadata, ...RAN }];
    }
    case 'tool_ended': {
      const { id: toolCallId, result, error } = change;
      if (error) return [{ type: 'tool-output-error', toolCallId, errorText: error.message, ...RAN }];
      return [{ type: 'tool-output-available', toolCallId, output: result ?? null, ...RAN }];
    }
    default:
      return [{ type: 'data-agent', id: change.id, data: agentView(change.agent) }];
  }
}

async function* chunks(updates: AsyncIterable<BatonEvent | FeedResync>, runId: string | undefined) {
  const changesOf = createRunChanges({ runId });
  for await (const update of updates) {
    for (const change of changesOf(update)) {
      yield* chunksOf(change);
      if (change.kind === 'run_ended') return;
    }
  }
}

/**
 * One run as an AI SDK UI message stream: thoughts become reasoning, calls of tools become tool parts, the summary
 * becomes text, and run, agents and questions data parts that are replaced as they change. Ends with the run; one that
 * is tried again is another stream. Give it `feed.updates()`, and to `createUIMessageStreamResponse` what it returns.
 *
 * @param options.runId - the run to show; by default the first that is heard
 */
export function toUiMessageStream(
  updates: AsyncIterable<BatonEvent | FeedResync>,
  { runId }: { runId?: string } = {},
): ReadableStream<UiMessageChunk> {
  const source = chunks(updates, runId);
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await source.return();
    },
  });
}
