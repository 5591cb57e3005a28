import type { RunSummary } from '../client/list-runs.ts';
import type { PendingApproval } from '../contracts/run-messages.ts';
import type { AgentOutcome } from '../contracts/run.ts';
import type { FoldedCompensation } from '../feed/folded.ts';
import { duration } from './live/duration.ts';
import type { Diagnosis, PendingAgent } from './show/evidence.ts';
import { table } from './table.ts';

export type ShownRun = RunSummary & {
  diagnosis: Diagnosis;
  /** Who paused the run; null while it is not paused. */
  paused_by: string | null;
  /** Its open questions, also while it is paused. */
  approvals: Pick<PendingApproval, 'approval_id' | 'question' | 'options' | 'expires_at'>[];
  /** From the request to cancel until the run had stopped; null unless it was cancelled. */
  time_to_stop_ms: number | null;
  agents: AgentOutcome[];
  compensations: FoldedCompensation[];
  pending: PendingAgent[];
  /** Where Temporal UI shows it. */
  ui: string | null;
};

function agentRow({ agent, success, attempts, execution_time_ms, error, time_to_stop_ms }: AgentOutcome): string[] {
  const stopped = time_to_stop_ms !== undefined;
  const state = success ? 'completed' : stopped ? 'cancelled' : (error?.type ?? 'running');
  const said = stopped ? `ended ${duration(time_to_stop_ms)} after the request to cancel` : (error?.message ?? '');
  return [agent, state, String(attempts), `${execution_time_ms} ms`, said];
}

function diagnosisLines({ reason, since, summary, evidence, remedies }: Diagnosis): string[] {
  const lines = [`${reason}: ${summary}`];
  if (since) lines.push(`  since           ${since}`);
  lines.push(...evidence.map((each) => `  ${each}`));
  if (remedies.length > 0) lines.push('', 'next:');
  for (const { command, does } of remedies)
    lines.push(...(command ? [`  ${command}`, `      ${does}`] : [`  ${does}`]));
  return lines;
}

function pendingLines(one: PendingAgent): string[] {
  const lines = [`${one.agent} is ${one.state}, attempt ${one.attempt}, on ${one.worker ?? 'no worker yet'}`];
  if (one.last_failure) lines.push(`  last failure    ${one.last_failure}`);
  if (one.last_heartbeat_at) lines.push(`  last heartbeat  ${one.last_heartbeat_at}`);
  if (one.state === 'scheduled') lines.push(`  next attempt    ${one.next_attempt_at ?? 'when a worker polls'}`);
  return lines;
}

/** A run as `baton show` prints it. */
export function showText(shown: ShownRun): string {
  const { agents, pending, compensations, time_to_stop_ms, ui, diagnosis, paused_by, approvals, ...run } = shown;
  const lines = [`run       ${run.run_id}`, `workflow  ${run.workflow_id}`, `status    ${run.status}`];
  if (paused_by !== null) lines.push(`paused by ${paused_by}`);
  for (const { approval_id, question } of approvals) lines.push(`asks      ${approval_id}: ${question}`);
  lines.push(`started   ${run.started_at}`, `ended     ${run.ended_at ?? '-'}`);
  if (time_to_stop_ms !== null) lines.push(`stopped   ${duration(time_to_stop_ms)} after the request to cancel`);
  if (ui) lines.push(`Temporal  ${ui}`);
  const rows = agents.map(agentRow);
  if (rows.length > 0) lines.push('', table(['AGENT', 'STATE', 'ATTEMPTS', 'TIME', ''], rows).trimEnd());
  for (const { agent, of, step, success, error } of compensations) {
    const said =
      success === null ? 'is being undone' : success ? 'is undone' : `could not be undone: ${error?.message}`;
    lines.push('', `${of ?? step ?? agent} ${said}`);
  }
  for (const one of pending) lines.push('', ...pendingLines(one));
  lines.push('', ...diagnosisLines(diagnosis));
  return `${lines.join('\n')}\n`;
}
