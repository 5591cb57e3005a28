import type { RunStatus } from '../contracts/names.ts';

const CODES: Partial<Record<RunStatus, number>> = { completed: 0, completed_with_errors: 2, insufficient_data: 3 };

/** Exit code for a run's status: scripts can tell "nothing to compute from" from "failed". */
export function exitCode(status: RunStatus): number {
  return CODES[status] ?? 1;
}
