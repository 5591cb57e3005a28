import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { RunSummary } from '../../client/list-runs.ts';
import { runSummary, withStandings } from '../../client/list-runs.ts';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { compensationIdOf } from '../../contracts/names.ts';
import { withoutPassword } from '../../contracts/without-password.ts';
import { describeWorkflow } from '../../reconciler/describe-workflow.ts';
import { isoOf } from '../../reconciler/iso-of.ts';
import { pollersOf } from '../../reconciler/pollers-of.ts';
import { startOfRun } from '../../reconciler/start-of-run.ts';
import type { Operator } from '../with-operator.ts';
import type { Evidence } from './evidence.ts';
import { readLog } from './read-log.ts';
import { readPending } from './read-pending.ts';
import { readWorkflowTask } from './read-workflow-task.ts';
import { spooledEvents } from './spooled-events.ts';
import { thrownPlaces } from './thrown-places.ts';

async function isUndoing({ client }: Operator, { workflowId, runId }: WorkflowExecutionDescription): Promise<boolean> {
  const undoing = await describeWorkflow(client.workflow, compensationIdOf({ workflowId, temporalRun: runId }));
  return undoing?.status.name === 'RUNNING';
}

/** Events of a closed run that are looked through for what its agents threw. */
const LOOK_BACK = 200;

/** Where the last failures of a run's agents, and of its own code, were thrown, by their messages. */
async function thrownIn(
  { client }: Operator,
  { workflowId, runId }: WorkflowExecutionDescription,
): Promise<Evidence['thrown']> {
  const { history } = await client.workflow.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.workflow.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: LOOK_BACK,
  });
  const events = history?.events ?? [];
  // The run's own failure repeats what an agent said, from where the workflow waited for it.
  const failures = [
    ...events.map((event) => (event.activityTaskFailedEventAttributes ?? event.markerRecordedEventAttributes)?.failure),
    ...events.map(({ workflowExecutionFailedEventAttributes: failed }) => failed?.failure),
  ];
  const thrown = new Map<string, readonly string[]>();
  for (const failure of failures) {
    const error = await decodeOptionalFailureToOptionalError(client.options.loadedDataConverter, failure);
    if (error && !thrown.has(error.message)) thrown.set(error.message, thrownPlaces(error));
  }
  return thrown;
}

type End = Pick<Evidence, 'error' | 'result'>;

async function endOf(operator: Operator, run: RunSummary): Promise<End> {
  // An open one's result would be waited for until its end.
  if (run.ended_at === null) return { error: null, result: undefined };
  const { error, result } = await operator
    .handle(run)
    .result()
    .catch((): { error?: End['error']; result?: unknown } => ({}));
  return { error: error ?? null, result };
}

/** Gathers what is known of a run, from Temporal and from the log as far as that can be reached. */
export async function readEvidence(operator: Operator, found: RunSummary): Promise<Evidence> {
  const { client, config, feed, namespace } = operator;
  const described = await client.workflow.getHandle(found.workflow_id).describe();
  // The list lags behind by moments.
  const [standing] = await withStandings([described], feed.log);
  const { status = found.status } = standing ?? {};
  // When Temporal closed it, if it has: one that hangs after its end is to be found here.
  const run = { ...runSummary(described), status };
  const { raw, taskQueue } = described;
  const closed = run.ended_at !== null;
  const told = await readLog(feed, { userId: run.user_id, runId: run.run_id }).then(
    (read) => ({ ...read, error: null }),
    (error: unknown) => ({ folded: undefined, paused: null, approvals: [], error: String((error as Error).message) }),
  );
  const { start } = await startOfRun(client.workflow, described);
  const pauseInfo = raw.workflowExtendedInfo?.pauseInfo;
  return {
    now: Date.now(),
    run,
    namespace,
    taskQueue,
    agents: Object.keys(start.limits ?? {}),
    pending: closed ? [] : await readPending(described, client.options.loadedDataConverter),
    workflowTask: closed ? null : await readWorkflowTask(client.workflow, described),
    children: (raw.pendingChildren ?? []).map(({ workflowId }) => workflowId ?? '?'),
    pollers: closed ? [] : await pollersOf(client.workflow, taskQueue),
    serverPause: pauseInfo
      ? { by: pauseInfo.identity || 'somebody', reason: pauseInfo.reason || null, at: isoOf(pauseInfo.pausedTime) }
      : null,
    // Without it the rest is shown all the same.
    thrown: closed ? await thrownIn(operator, described).catch(() => new Map()) : new Map(),
    cancelRequested: raw.workflowExtendedInfo?.cancelRequested ?? false,
    log: { url: withoutPassword(config.storeUrl), error: told.error, spooled: spooledEvents(config.dataDir) },
    folded: told.folded,
    paused: told.paused,
    approvals: told.approvals,
    ...(await endOf(operator, run)),
    undoing: closed && (await isUndoing(operator, described)),
  };
}
