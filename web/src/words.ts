import type { AgentState, StallReason } from '../../src/feed/folded.ts';
import type { RunStatus } from '../../src/contracts/names.ts';

/** States by mark and word: colour alone tells nothing to many people. */
export const AGENT_MARKS: Record<AgentState, [mark: string, word: string]> = {
  pending: ['·', 'waits its turn'],
  queued: ['◌', 'queued'],
  running: ['●', 'working'],
  retrying: ['↻', 'tries again'],
  cancelling: ['◍', 'stopping'],
  completed: ['✔', 'done'],
  failed: ['✖', 'failed'],
  dead: ['✖', 'died'],
  cancelled: ['■', 'stopped'],
  skipped: ['○', 'skipped'],
};

export const RUN_WORDS: Record<RunStatus, string> = {
  queued: 'queued',
  running: 'running',
  paused: 'paused',
  waiting: 'waits for you',
  completed: 'completed',
  completed_with_errors: 'completed with errors',
  insufficient_data: 'needs data',
  failed: 'failed',
  cancelled: 'cancelled',
  timed_out: 'timed out',
  terminated: 'terminated',
};

/** What a user reads of a run that does not go on. */
export const STALL_WORDS: Record<StallReason, string> = {
  no_worker: 'No worker takes this run at the moment. It goes on by itself once one is there; nothing is lost.',
  workflow_task_failing:
    'The code of this run fails again and again. It goes on by itself once that is mended; nothing is lost.',
  unknown_to_temporal:
    'The server that runs this cannot be found at the moment. Whether the run continues is not known; this page will say.',
};

/** `840 ms`, `2.3 s`, `3 m 20 s`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} m ${Math.floor((ms % 60_000) / 1_000)} s`;
}
