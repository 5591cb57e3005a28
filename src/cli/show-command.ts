import type { Command } from 'commander';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { agentOutcomes } from '../client/agent-outcomes.ts';
import type { RunSummary } from '../client/list-runs.ts';
import type { AgentOutcome } from '../contracts/run.ts';
import { embeddedUiUrl } from './embedded-ui-url.ts';
import { withOperator, type Operator } from './with-operator.ts';
import { table } from './table.ts';
import { uiLink } from './ui-link.ts';

export type PendingAgent = {
  agent: string;
  attempt: number;
  state: string;
  last_failure: string | null;
  next_attempt_at: string | null;
  last_heartbeat_at: string | null;
  worker: string | null;
};

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

function asText(run: RunSummary, agents: AgentOutcome[], pending: PendingAgent[], link: string | null): string {
  const lines = [`run       ${run.run_id}`, `workflow  ${run.workflow_id}`, `status    ${run.status}`];
  lines.push(`started   ${run.started_at}`, `ended     ${run.ended_at ?? '-'}`);
  if (link) lines.push(`Temporal  ${link}`);
  const rows = agents.map((agent) => [
    agent.agent,
    agent.success ? 'completed' : (agent.error?.type ?? 'running'),
    String(agent.attempts),
    `${agent.execution_time_ms} ms`,
    agent.error?.message ?? '',
  ]);
  if (rows.length > 0) lines.push('', table(['AGENT', 'STATE', 'ATTEMPTS', 'TIME', ''], rows).trimEnd());
  for (const one of pending) {
    lines.push('', `${one.agent} is ${one.state}, attempt ${one.attempt}, on ${one.worker ?? 'no worker yet'}`);
    if (one.last_failure) lines.push(`  last failure    ${one.last_failure}`);
    if (one.last_heartbeat_at) lines.push(`  last heartbeat  ${one.last_heartbeat_at}`);
    if (one.state === 'scheduled') lines.push(`  next attempt    ${one.next_attempt_at ?? 'when a worker polls'}`);
  }
  if (!run.ended_at) lines.push('', `next: baton watch ${run.run_id} | baton cancel ${run.run_id}`);
  return `${lines.join('\n')}\n`;
}

async function show(id: string, { json }: { json?: boolean }): Promise<void> {
  await withOperator(async (operator) => {
    const run = await operator.find(id);
    const agents = agentOutcomes(await operator.feed.fold({ userId: run.user_id, runId: run.run_id }));
    const pending = run.ended_at ? [] : await pendingAgents(operator, run.workflow_id);
    const uiUrl = embeddedUiUrl(operator.config.dataDir);
    const link = uiLink({ uiUrl, namespace: operator.namespace, workflowId: run.workflow_id });
    // Only a closed run's result is asked for: for an open one this would wait for its end.
    const { result } = run.ended_at ? await operator.handle(run).result() : {};
    const shown = { ...run, agents, pending, result, ui: link };
    process.stdout.write(json ? `${JSON.stringify(shown, null, 2)}\n` : asText(run, agents, pending, link));
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
