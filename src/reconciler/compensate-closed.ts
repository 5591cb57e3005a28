import type { WorkflowClient, WorkflowExecutionDescription } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import type { CompensateRun } from '../contracts/compensate-run.ts';
import type { NewEvent } from '../contracts/event.ts';
import { ledgerName, ofLedgerName } from '../contracts/ledger-name.ts';
import { COMPENSATE_WORKFLOW, compensationIdOf, SEARCH_ATTRIBUTES, UNDO_PREFIX } from '../contracts/names.ts';
import type { RunStart } from '../contracts/run-start.ts';
import type { EffectLedger } from '../notifier/effect-ledger.ts';
import { compensationStory } from './compensation-story.ts';
import { isOpen } from './closing-events.ts';
import { calledAgents } from './called-agents.ts';
import { describeWorkflow } from './describe-workflow.ts';
import { fairnessKey } from './fairness-key.ts';
import type { RunRecord } from './run-record.ts';
import { startOwn } from './start-own.ts';

export type Compensation = {
  client: WorkflowClient;
  /** Rejects with code `foreign_temporal` where another Temporal answers now than the log's own. */
  vouch: () => Promise<void>;
  effects: EffectLedger;
  record: RunRecord;
  /** The Temporal run that was closed or lost. */
  temporalRun: string;
  taskQueue: string;
  /** What the run was started with, as far as that can be read; the generation of a run that cannot be read is the record's. */
  start?: Partial<RunStart>;
  /** Limits of the app's agents, where the run's own are not known. */
  appLimits?: RunStart['limits'];
  /** Last event of the run, published when everything is undone. */
  end: NewEvent;
};

type Undos = CompensateRun['undos'];

/**
 * Executions of agents that did something which their tools can undo, in the order of their first calls; after them those
 * that may have, because the ledger may have lost it: whoever undoes them says so.
 */
async function leftToUndo({ client, effects, record, temporalRun, start = {}, appLimits = {} }: Compensation) {
  const { limits, generation = record.generation, anew = {}, incarnation: named } = start;
  const { workflowId } = record.ids;
  const limitsOf = (agent: string) => (limits ?? appLimits)[agent];
  function compensates(agent: string): boolean {
    const known = limitsOf(agent);
    // Of an agent that nobody knows here, whoever undoes asks each tool, and skips those that cannot.
    return known ? known.compensates === true : limits === undefined;
  }
  // Before it is read: where the run's start is not known, whoever undoes is to know whether rows were lost since.
  const current = await effects.incarnation({ workflowId });
  const before = await effects.list({ workflowId });
  const isAgent = (type: string) => limitsOf(type)?.compensates === true;
  const called = Object.keys(limits ?? appLimits).some(isAgent)
    ? await calledAgents(client, { workflowId, temporalRun, start, isAgent })
    : [];
  // Its worker hears of the end within a heartbeat only: until then the agent must not begin what nobody would undo. The
  // feed does not have them all: a worker may have taken one, and been stopped before it could say so.
  const order = { generation, scheduled: Number.MAX_SAFE_INTEGER, attempt: 1 };
  const atWork = [...(record.folded?.agents ?? []).filter(isOpen), ...called.filter(({ isCompleted }) => !isCompleted)];
  for (const { agent, agent_run } of atWork) {
    if (agent_run === null || !compensates(agent)) continue;
    const begun = before.map(({ agentRun }) => agentRun).filter((name) => ofLedgerName(name).agent_run === agent_run);
    const names = new Set([ledgerName({ agent_run, anew: anew[agent_run] }), ...begun]);
    for (const agentRun of names) await effects.fence({ workflowId, agentRun, order });
  }
  const undos = new Map<string, Undos[number]>();
  const entries = await effects.list({ workflowId });
  for (const { agent, agentRun, state } of entries) {
    const left = state === 'done' || state === 'unknown';
    // What an agent did to undo something is not undone in turn.
    if (!left || agentRun.startsWith(UNDO_PREFIX) || !compensates(agent)) continue;
    const { agent_run: undo, ...made } = ofLedgerName(agentRun);
    undos.set(agentRun, { undo, ...made, agent });
  }
  if (named !== undefined && named !== (await effects.incarnation({ workflowId }))) {
    for (const execution of called) {
      const { agent, calls, agent_run: undo, anew: since } = execution;
      const agentRun = ledgerName(execution);
      const known = undos.get(agentRun);
      if (known) known.calls = calls;
      if (known || undo.startsWith(UNDO_PREFIX)) continue;
      const isWhole = calls !== undefined && entries.filter((each) => each.agentRun === agentRun).length >= calls;
      if (isWhole || (await effects.vouches({ workflowId, agentRun, named }))) continue;
      undos.set(agentRun, { undo, agent, calls, ...(since !== undefined && { anew: since }) });
    }
  }
  return { undos: [...undos.values()], generation, incarnation: named ?? current };
}

/**
 * The workflow that undoes what a run did, while it is at work. A stranger that has taken the address of the log's own
 * Temporal has none: whether nothing is under way is asked twice, with the stranger refused in between.
 */
export async function underWay(
  { client, vouch }: Pick<Compensation, 'client' | 'vouch'>,
  run: { workflowId: string; temporalRun: string },
): Promise<WorkflowExecutionDescription | undefined> {
  async function look() {
    const found = await describeWorkflow(client, compensationIdOf(run));
    return found?.status.name === 'RUNNING' ? found : undefined;
  }
  const found = await look();
  if (found) return found;
  await vouch();
  return look();
}

/**
 * Has what a run left behind undone by a workflow of its own, once, whoever asks and however often. Returns that
 * workflow while it is at work; undefined where there is nothing to undo, or nothing any more.
 */
export async function compensateClosed(options: Compensation): Promise<WorkflowExecutionDescription | undefined> {
  const { client, vouch, record, temporalRun, taskQueue, end } = options;
  const { workflowId: run } = record.ids;
  const workflowId = compensationIdOf({ workflowId: run, temporalRun });
  const before = await describeWorkflow(client, workflowId);
  if (before) return before.status.name === 'RUNNING' ? before : undefined;
  const { undos, generation, incarnation } = await leftToUndo(options);
  if (undos.length === 0) return underWay({ client, vouch }, { workflowId: run, temporalRun });
  const { userId: user_id, threadId: thread_id, runId: run_id, requestId: request_id } = record.ids;
  const context = { user_id, thread_id, run_id, request_id };
  const input: CompensateRun = { context, workflow_id: run, generation, incarnation, undos, end };
  const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
  // Where another reconciler was as quick, this is its workflow.
  const { found } = await startOwn({ client, vouch }, COMPENSATE_WORKFLOW, {
    workflowId,
    taskQueue,
    args: [input],
    priority: { fairnessKey: fairnessKey(user_id) },
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
  return found;
}
