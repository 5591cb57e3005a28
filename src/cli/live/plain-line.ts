import type { BatonEvent } from '../../contracts/event.ts';
import type { StallReason } from '../../feed/folded.ts';
import { duration } from './duration.ts';
import { oneLine } from './one-line.ts';

const MAX = 200;

const STALLS: Record<StallReason, string> = {
  no_worker: 'no worker takes it',
  workflow_task_failing: 'its workflow code keeps failing',
  unknown_to_temporal: 'the Temporal that is reached does not have it',
};

function undoneThing({ agent, step, of }: { agent: string; step: string | null; of?: unknown }): string {
  return typeof of === 'string' ? of : (step ?? agent);
}

function told(event: BatonEvent): string | undefined {
  switch (event.type) {
    case 'run_started':
      return `${event.payload.workflow} started: ${event.payload.agents.join(' -> ')}`;
    case 'agent_queued':
      return `queued (${event.payload.reason})`;
    case 'agent_started':
      return event.attempt > 1 ? `started, attempt ${event.attempt}` : 'started';
    case 'agent_thinking': {
      const { progress_percentage, step_number, reasoning } = event.payload;
      return `${Math.round(progress_percentage)}% ${step_number}. ${reasoning}`;
    }
    case 'tool_executing':
      return `[${event.payload.tool_name}]`;
    case 'tool_completed': {
      const { tool_name, success, error, execution_time_ms } = event.payload;
      return `[${tool_name}] ${success ? 'done' : `failed: ${error?.message}`} in ${duration(execution_time_ms)}`;
    }
    case 'agent_retrying':
      return `failed: ${event.payload.error.message}; tries again in ${duration(event.payload.next_attempt_in_ms)}`;
    case 'agent_completed':
      return `completed in ${duration(event.payload.execution_time_ms)}${event.payload.recovered ? ', recovered' : ''}`;
    case 'agent_error':
      return `failed: ${event.payload.error.type}: ${event.payload.error.message}`;
    case 'agent_death':
      return `died (${event.payload.reason}): ${event.payload.message}`;
    case 'agent_cancelling':
      return `cancel ${event.payload.stage}`;
    case 'agent_cancelled':
      return `cancelled (${event.payload.outcome}) after ${duration(event.payload.time_to_stop_ms)}`;
    case 'step_skipped':
      return `step ${event.step} skipped: ${event.payload.reason}`;
    case 'compensation_started':
      return `undoing ${undoneThing(event.payload)}`;
    case 'compensation_completed': {
      const { success, error } = event.payload;
      return `${undoneThing(event.payload)} ${success ? 'is undone' : `could not be undone: ${error?.message}`}`;
    }
    case 'approval_requested': {
      const { approval_id, question, expires_at, reminder } = event.payload;
      return `${reminder ? 'still open' : 'asks'} (${approval_id}, until ${expires_at}): ${question}`;
    }
    case 'run_stalled':
      return `stalled: ${STALLS[event.payload.reason]}`;
    case 'run_recovered':
      return 'moves again';
    case 'run_completed':
    case 'run_failed':
    case 'run_cancelled':
      return `${event.payload.status} in ${duration(event.payload.execution_time_ms)}: ${event.payload.summary}`;
    default:
      return event.type.replaceAll('_', ' ');
  }
}

/** One event as one line, for logs and pipes. */
export function plainLine(event: BatonEvent): string {
  return `${event.at.slice(11, 23)} ${(event.agent ?? 'run').padEnd(12)} ${oneLine(told(event) ?? '', MAX)}`;
}
