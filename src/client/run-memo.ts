import type { RunStart } from '../contracts/run-start.ts';

/** What Temporal keeps beside a run for whoever reads it: its ids, and how often it was started again. */
export function runMemo({ context, generation = 0 }: Pick<RunStart, 'context' | 'generation'>) {
  const { user_id, thread_id, run_id, request_id } = context;
  return { user_id, thread_id, run_id, request_id, generation };
}
