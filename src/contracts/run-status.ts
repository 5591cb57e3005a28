import type { RunStatus } from './names.ts';

type Facts = {
  /** How the run ended; null while it has not. */
  ended: RunStatus | null;
  /** Who paused it. */
  pausedBy: string | null;
  /** How many of its questions wait for an answer. */
  asking: number;
  /** Whether a worker has begun it. */
  begun: boolean;
};

/**
 * Status of a run, the same in its workflow, feed, lists and page. A run may be paused and ask at once; what this hides
 * is shown in fields of its own, `paused_by` and the open questions.
 */
export function runStatus({ ended, pausedBy, asking, begun }: Facts): RunStatus {
  if (ended !== null) return ended;
  if (pausedBy !== null) return 'paused';
  if (asking > 0) return 'waiting';
  return begun ? 'running' : 'queued';
}
