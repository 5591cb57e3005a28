import { z } from 'zod';
import type { RunSummary } from '../../client.ts';
import { failureSchema } from '../../contracts/failure.ts';
import { runStatusSchema } from '../../contracts/run.ts';
import { KEPT_PER_AGENT } from '../../feed/folded.ts';
import { boundedAgents } from './bounded-agents.ts';
import type { LocatedRun } from './locate-run.ts';
import { withinLimit } from '../within-limit.ts';
import { outcomeOf } from './outcome-of.ts';

/** Bytes of all thoughts and calls of tools in the answer; the agents share them evenly. */
const MAX_BYTES = 256_000;

/** Answer of `GET /v1/runs/{run_id}`. */
export const runViewSchema = z.object({
  run_id: z.string(),
  workflow_id: z.string(),
  workflow: z.string(),
  status: runStatusSchema,
  /** Why an open run does not move; null as far as is known it does. */
  stalled: z.string().nullable(),
  /** Who paused it, also where it asks something; null while it is not paused. */
  paused_by: z.string().nullable(),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  execution_time_ms: z.number().nullable(),
  summary: z.string().nullable(),
  error: failureSchema.nullable(),
  /** Per cent of the planned agents' work. */
  progress: z.number(),
  agents: z
    .array(
      z.looseObject({
        agent: z.string(),
        state: z.string(),
        attempt: z.number(),
        thoughts: z
          .array(z.looseObject({}))
          .max(KEPT_PER_AGENT)
          .describe(`The latest; thoughts and calls of all agents are at most ${MAX_BYTES} bytes. \`events\` has all.`),
        thoughts_total: z.number().describe('How many thoughts the attempt had'),
        tools: z.array(z.looseObject({})).max(KEPT_PER_AGENT).describe('The latest calls of tools'),
        tools_total: z.number().describe('How many calls the attempt made'),
      }),
    )
    .describe('Planned agents and those that were called'),
  /** Questions that wait for the user's answer, also while it is paused. */
  approvals: z.array(z.looseObject({ approval_id: z.string() })),
  /** Where every event of the run is, page by page. */
  events: z.string().describe('Path of the pages of all events of the run: thoughts and calls are cut to the latest'),
  result: z.unknown(),
});

const ENDED = ['completed', 'failed', 'dead', 'cancelled', 'skipped'];

function progressOf(agents: { state: string; progress: number }[]): number {
  if (agents.length === 0) return 0;
  const done = agents.map(({ state, progress }) => (ENDED.includes(state) ? 100 : progress));
  return Math.round(done.reduce((sum, each) => sum + each, 0) / agents.length);
}

/** How long a worker may take to say what a run asks of which the log knows nothing, in milliseconds. */
const OWN_WORD_MS = 2_000;

/** The own word of a run that waits or is paused, and whose log was lost: else nobody could know what to answer. */
async function ownState(described: RunSummary | undefined, { handle }: LocatedRun) {
  if (described?.status !== 'waiting' && described?.status !== 'paused') return undefined;
  const late = () => new Error('no worker answers');
  return withinLimit(handle.state(), { limitMs: OWN_WORD_MS, late }).catch(() => undefined);
}

/**
 * A run as its user sees it: folded from its events. Only of a run that has not ended in them Temporal is asked, which may
 * know that it was closed from outside.
 */
export async function runView(run: LocatedRun): Promise<z.input<typeof runViewSchema>> {
  const { handle, workflow } = run;
  const told = await run.fold();
  const hasEnded = told !== undefined && told.ended_at !== null;
  const described = hasEnded ? undefined : await handle.describe();
  const closed = hasEnded || (described?.ended_at ?? null) !== null;
  // It may have ended since its events were read.
  const folded = closed && !hasEnded ? await run.fold() : told;
  // Only a closed run's outcome is asked for: for an open one this would wait for its end.
  const outcome = closed ? await outcomeOf(run) : undefined;
  const agents = folded?.agents ?? [];
  const own = folded ? undefined : await ownState(described, run);
  const approvals = folded?.approvals.filter(({ decision }) => decision === null) ?? own?.approvals ?? [];
  return {
    run_id: handle.runId,
    workflow_id: handle.workflowId,
    workflow,
    status: (folded?.ended_at ? folded.status : outcome?.status) ?? folded?.status ?? described?.status ?? 'queued',
    paused_by: folded?.paused_by ?? own?.paused_by ?? null,
    stalled: closed ? null : (folded?.stalled ?? null),
    started_at: folded?.started_at ?? described?.started_at ?? '',
    ended_at: folded?.ended_at ?? described?.ended_at ?? null,
    execution_time_ms: folded?.execution_time_ms ?? outcome?.execution_time_ms ?? null,
    summary: folded?.summary ?? null,
    error: folded?.error ?? outcome?.error ?? null,
    progress: closed ? 100 : progressOf(agents),
    agents: boundedAgents(agents, MAX_BYTES),
    approvals,
    events: `/v1/events?run_id=${encodeURIComponent(handle.runId)}`,
    result: outcome?.result ?? null,
  };
}
