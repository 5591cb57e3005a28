import {
  WorkflowExecutionAlreadyStartedError,
  type WorkflowClient,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import type { CompensateRun } from '../contracts/compensate-run.ts';
import type { NewEvent } from '../contracts/event.ts';
import { ledgerName, ofLedgerName } from '../contracts/ledger-name.ts';
import { COMPENSATE_WORKFLOW, compensationIdOf, SEARCH_ATTRIBUTES, UNDO_PREFIX } from '../contracts/names.ts';
import type { EffectLedger } from '../notifier/effect-ledger.ts';
import { compensationStory } from './compensation-story.ts';
import { isOpen } from './closing-events.ts';
import { describeWorkflow } from './describe-workflow.ts';
import type { RunRecord } from './run-record.ts';
import { startOfRun } from './start-of-run.ts';

type Options = {
  client: WorkflowClient;
  effects: EffectLedger;
  record: RunRecord;
  /** The Temporal run that was closed. */
  closed: WorkflowExecutionDescription;
  /** Last event of the run, told when everything is undone. */
  end: NewEvent;
};

type Undos = CompensateRun['undos'];

/** Executions of agents that did something which their tools can undo, in the order of their first calls. */
async function leftToUndo({ client, effects, record, closed }: Options): Promise<{ undos: Undos; generation: number }> {
  const { start } = await startOfRun(client, closed);
  const { limits = {}, generation = 0, anew = {} } = start;
  const { workflowId } = closed;
  const compensates = (agent: string) => limits[agent]?.compensates === true;
  // Its worker hears of the end within a heartbeat only: until then the agent must not begin what nobody would undo.
  const order = { generation, scheduled: Number.MAX_SAFE_INTEGER, attempt: 1 };
  for (const { agent, agent_run } of (record.folded?.agents ?? []).filter(isOpen)) {
    if (agent_run === null || !compensates(agent)) continue;
    await effects.fence({ workflowId, agentRun: ledgerName({ agent_run, anew: anew[agent_run] }), order });
  }
  const undos = new Map<string, Undos[number]>();
  for (const { agent, agentRun, state } of await effects.list({ workflowId })) {
    const left = state === 'done' || state === 'unknown';
    // What an agent did to undo something is not undone in turn.
    if (!left || agentRun.startsWith(UNDO_PREFIX) || !compensates(agent)) continue;
    const { agent_run: undo, ...made } = ofLedgerName(agentRun);
    undos.set(agentRun, { undo, ...made, agent });
  }
  return { undos: [...undos.values()], generation };
}

/**
 * Has what a run left behind undone by a workflow of its own, once, whoever asks and however often. Returns that
 * workflow while it is at work; undefined where there is nothing to undo, or nothing any more.
 */
export async function compensateClosed(options: Options): Promise<WorkflowExecutionDescription | undefined> {
  const { client, record, closed, end } = options;
  const workflowId = compensationIdOf({ workflowId: closed.workflowId, temporalRun: closed.runId });
  const before = await describeWorkflow(client, workflowId);
  if (before) return before.status.name === 'RUNNING' ? before : undefined;
  const { undos, generation } = await leftToUndo(options);
  if (undos.length === 0) return undefined;
  const { userId: user_id, threadId: thread_id, runId: run_id, requestId: request_id } = record.ids;
  const context = { user_id, thread_id, run_id, request_id };
  const input: CompensateRun = { context, workflow_id: closed.workflowId, generation, undos, end };
  const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
  try {
    await client.start(COMPENSATE_WORKFLOW, {
      workflowId,
      taskQueue: closed.taskQueue,
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      // Whoever retries the run must know what is not there any more.
      memo: { ...context, undone: undos.map(({ undo }) => undo) },
      ...compensationStory(input),
      // No kind: it is no run, and is listed as none.
      typedSearchAttributes: new TypedSearchAttributes([
        { key: keyword(SEARCH_ATTRIBUTES.user), value: user_id },
        { key: keyword(SEARCH_ATTRIBUTES.thread), value: thread_id },
      ]),
    });
  } catch (error) {
    // Another reconciler was as quick.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  return describeWorkflow(client, workflowId);
}
