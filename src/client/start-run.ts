import type { WorkflowClient } from '@temporalio/client';
import type { AppManifest } from '../agents/define-app.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { CONTRACT_VERSION, RUN_TIMEOUT_MS, workflowIdOf } from '../contracts/names.ts';
import type { RunStart } from '../contracts/run-start.ts';
import { fairnessKey } from '../reconciler/fairness-key.ts';
import { startOwn } from '../reconciler/start-own.ts';
import { executionTimeout } from './execution-timeout.ts';
import type { FeedSource } from './feed-source.ts';
import { fingerprint } from './fingerprint.ts';
import { runAttributes } from './run-attributes.ts';
import { refuseOversized } from './refuse-unsendable.ts';
import { runMemo } from './run-memo.ts';
import { runStory } from './run-story.ts';
import { runIdentity, type StartOptions } from './run-identity.ts';
import type { PreparedInput } from './workflow-input.ts';

type Options = {
  client: WorkflowClient;
  feed: FeedSource;
  user: string;
  manifest: AppManifest;
  taskQueue: string;
  userConcurrency: number | undefined;
};

type Started = { workflow: string; runId: string; repeated: boolean };

function conflict(runId: string, workflow: string): BatonError {
  const message = `request_conflict: run ${runId} of ${workflow} exists with another input; use another request id for another request`;
  return new BatonError('InvalidInput', message, { code: 'request_conflict' });
}

function limitsOf({ agents }: AppManifest, userConcurrency: number | undefined): RunStart['limits'] {
  const forUser = userConcurrency === undefined ? {} : { limit_user: userConcurrency, waits: true };
  // What waits must hold no workflow's task; a local agent has ended before a limit would matter.
  const own = ({ limits }: AppManifest['agents'][string]) => (limits.local ? limits : { ...limits, ...forUser });
  return Object.fromEntries(Object.entries(agents).map(([name, agent]) => [name, own(agent)]));
}

/**
 * Starts a run, or finds the one of the same request. The run id is claimed before: it is unique per user over all
 * workflows, and after a crash in between the same request starts the run it claimed.
 *
 * @throws BatonError `InvalidInput`, code `request_conflict` when another request has the run id, `foreign_temporal` when
 *   another Temporal than the log's own has taken the address: nothing was started, and the same request starts it later
 */
export async function startRun(
  { workflow, input, timeoutMs }: PreparedInput,
  startOptions: StartOptions,
  { client, feed, user, manifest, taskQueue, userConcurrency }: Options,
): Promise<Started> {
  const context = runIdentity(user, startOptions);
  const { run_id: runId, metadata } = context;
  refuseOversized(workflow, { input, metadata });
  // A plan's own limit holds also for a caller who would wait longer.
  const timeout_ms = Math.min(startOptions.timeoutMs ?? timeoutMs ?? RUN_TIMEOUT_MS, timeoutMs ?? Infinity);
  const limits = limitsOf(manifest, userConcurrency);
  const fairness_key = fairnessKey(user);
  const workflowId = workflowIdOf({ workflow, userId: user, runId });
  await feed.temporal.refuseForeign(client);
  const incarnation = await feed.incarnation({ workflowId });
  const start: RunStart = {
    context,
    input,
    limits,
    timeout_ms,
    fairness_key,
    incarnation,
    contract: CONTRACT_VERSION,
  };
  const workflowExecutionTimeout = executionTimeout(start);
  const requestSha256 = fingerprint({ input, metadata, thread: startOptions.threadId });
  const endsBy = new Date(Date.now() + workflowExecutionTimeout).toISOString();
  const { first, claim } = await feed.runIds.claim({ userId: user, runId, workflow, requestSha256, endsBy });
  if (claim.workflow !== workflow || claim.requestSha256 !== requestSha256) throw conflict(runId, claim.workflow);
  // Temporal may have forgotten a run that the log still knows: it must not be run again.
  if (!first && (await feed.knows({ userId: user, runId, workflowId }))) return { workflow, runId, repeated: true };
  const vouch = () => feed.temporal.vouch(client);
  const { isNew, found } = await startOwn({ client, vouch }, workflow, {
    workflowId,
    taskQueue,
    args: [start],
    priority: { fairnessKey: fairness_key },
    workflowExecutionTimeout,
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    memo: { ...runMemo(start), request_sha256: requestSha256, app_sha256: fingerprint(manifest) },
    ...runStory(workflow, start),
    typedSearchAttributes: runAttributes(context, workflow),
  });
  if (!isNew && found.memo?.request_sha256 !== requestSha256) throw conflict(runId, workflow);
  const acceptedAt = new Date().toISOString();
  await feed.runIds.accept({ userId: user, runId, workflowId, threadId: context.thread_id, acceptedAt });
  await feed.temporal.bind(client).catch(() => undefined);
  return { workflow, runId, repeated: !isNew };
}
