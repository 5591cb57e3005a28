import { z } from 'zod';
import { runStatusSchema } from './run.ts';

const count = z.int().min(0);
const seconds = z.number().min(0);

/** Figures of executions of agents, not of attempts: one that failed, was retried and succeeded counts as retried only. */
const executionFiguresSchema = z.object({
  total_executions: count,
  completed_executions: count,
  /** Timeouts and deaths are among them. */
  failed_executions: count,
  timeout_executions: count,
  dead_executions: count,
  cancelled_executions: count,
  retried_executions: count,
  compensated_executions: count,
  /** At work now, waits between attempts included. */
  concurrent_executions: count,
  max_concurrent: count,
  /** From when it was asked for until it began. */
  avg_queue_wait_time: seconds,
  max_queue_wait_time: seconds,
  /** From its first start to its end, retries included. */
  avg_execution_time: seconds,
  max_execution_time: seconds,
});
export type ExecutionFigures = z.infer<typeof executionFiguresSchema>;

/** Figures of the events themselves. Gaps and clusters are those of single users' feeds. */
const eventFiguresSchema = z.object({
  total: count,
  per_second: z.number().min(0),
  users: count,
  runs: count,
  /** Two or more events, each less than 50 ms after the one before. */
  clusters: count,
  largest_cluster: count,
  /** First to last. */
  duration: seconds,
  mean_gap: seconds,
  max_gap: seconds,
  min_gap: seconds,
});
export type EventFigures = z.infer<typeof eventFiguresSchema>;

/** A run that has ended. One that was retried is listed at each of its ends. */
const finishedRunSchema = z.object({
  run_id: z.string(),
  user_id: z.string(),
  workflow_id: z.string(),
  workflow: z.string().nullable(),
  status: runStatusSchema,
  generation: count,
  executions: count,
  failed_executions: count,
  started_at: z.string(),
  ended_at: z.string(),
  execution_time: seconds,
});
export type FinishedRun = z.infer<typeof finishedRunSchema>;

/** Statistics of one user, or of all of them together. Times are in seconds. */
export const statsSchema = executionFiguresSchema.extend({
  active_runs: count,
  agents: z.record(z.string(), executionFiguresSchema),
  events: eventFiguresSchema,
  /** Newest first. */
  history: z.array(finishedRunSchema),
  /** Gives the page of older runs; null on the last one. */
  next_cursor: z.string().nullable(),
});
export type Stats = z.infer<typeof statsSchema>;
