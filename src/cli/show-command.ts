import type { Command } from 'commander';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { agentOutcomes } from '../client/agent-outcomes.ts';
import { embeddedUiUrl } from './embedded-ui-url.ts';
import { withOperator, type Operator } from './with-operator.ts';
import { showText, type PendingAgent } from './show-text.ts';
import { uiLink } from './ui-link.ts';

type Timestamp = { seconds?: { toNumber(): number } | number | null; nanos?: number | null } | null | undefined;

function iso(time: Timestamp): string | null {
  if (!time?.seconds) return null;
  const seconds = typeof time.seconds === 'number' ? time.seconds : time.seconds.toNumber();
  return new Date(seconds * 1_000 + (time.nanos ?? 0) / 1e6).toISOString();
}

const STATES = ['unknown', 'scheduled', 'started', 'cancel requested', 'paused', 'pause requested'];

async function pendingAgents({ client }: Operator, workflowId: string): Promise<PendingAgent[]> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const converter = client.options.loadedDataConverter;
  const pending = (raw.pendingActivities ?? []).map(async (activity) => ({
    agent: activity.activityType?.name ?? '?',
    attempt: activity.attempt ?? 1,
    state: STATES[activity.state ?? 0] ?? 'unknown',
    last_failure: (await decodeOptionalFailureToOptionalError(converter, activity.lastFailure))?.message ?? null,
    next_attempt_at: iso(activity.scheduledTime),
    last_heartbeat_at: iso(activity.lastHeartbeatTime),
    worker: activity.lastWorkerIdentity || null,
  }));
  return Promise.all(pending);
}

async function show(id: string, { json }: { json?: boolean }): Promise<void> {
  await withOperator(async (operator) => {
    const run = await operator.find(id);
    const folded = await operator.feed.fold({ userId: run.user_id, runId: run.run_id });
    const agents = agentOutcomes(folded);
    const pending = run.ended_at ? [] : await pendingAgents(operator, run.workflow_id);
    const uiUrl = embeddedUiUrl(operator.config.dataDir);
    const link = uiLink({ uiUrl, namespace: operator.namespace, workflowId: run.workflow_id });
    // Only a closed run's result is asked for: for an open one this would wait for its end.
    const { result } = run.ended_at ? await operator.handle(run).result() : {};
    const compensations = folded?.compensations ?? [];
    const time_to_stop_ms = folded?.time_to_stop_ms ?? null;
    const shown = { ...run, time_to_stop_ms, agents, compensations, pending, result, ui: link };
    process.stdout.write(json ? `${JSON.stringify(shown, null, 2)}\n` : showText(shown));
  });
}

export function addShowCommand(program: Command): void {
  program
    .command('show')
    .argument('<run>', 'run id or workflow id')
    .description('what a run did, what it is doing, and what to do next')
    .option('--json', 'print JSON')
    .action(show);
}
