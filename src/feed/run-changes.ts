import type { BatonEvent } from '../contracts/event.ts';
import type { Failure } from '../contracts/failure.ts';
import { createAgentChanges, type AgentChange } from './agent-changes.ts';
import type { FeedResync } from './feed-state.ts';
import { emptyFeed, foldFeed } from './fold.ts';
import type { FoldedRun } from './folded.ts';

type Change =
  | { kind: 'run_started'; run: FoldedRun; threadId: string }
  | { kind: 'run_changed'; run: FoldedRun; event: BatonEvent }
  /** Events were gone before they were read: so the run stands. */
  | { kind: 'run_replaced'; run: FoldedRun }
  | { kind: 'run_ended'; run: FoldedRun }
  | AgentChange;

/** What one event, or a snapshot in place of events, changes in what is shown of a run. */
export type RunChange = Change & { at: string };

const GONE: Failure = { type: 'HeartbeatLost', message: 'the rest of the run has left the log' };

/**
 * For streams that can only be appended to: tells event by event what is new in one run as its user sees it, so that
 * what the fold refuses or has seen before is not told. Without `runId` it is the first run that is heard.
 */
export function createRunChanges({ runId }: { runId?: string } = {}): (update: BatonEvent | FeedResync) => RunChange[] {
  const agents = createAgentChanges();
  let workflowId: string | undefined;
  let feed = emptyFeed();

  function* endOf(run: FoldedRun): Generator<Change> {
    yield* agents.endAll();
    yield { kind: 'run_ended', run };
  }

  function* changes(event: BatonEvent): Generator<Change> {
    const before = feed.runs[0];
    feed = foldFeed(feed, event);
    const run = feed.runs[0];
    if (!run || run === before) return;
    if (!before) yield { kind: 'run_started', run, threadId: event.thread_id };
    const earlier = new Map(before?.agents.map((agent) => [agent.agent_run, agent]));
    for (const agent of run.agents) {
      const last = earlier.get(agent.agent_run);
      if (agent.agent_run !== null && agent !== last) yield* agents.changed(agent, last, event);
    }
    if (event.agent_run === null) yield { kind: 'run_changed', run, event };
    if (run.ended_at !== null && !before?.ended_at) yield* endOf(run);
  }

  function* replace({ seq, runs }: FeedResync): Generator<Change> {
    const before = feed.runs[0];
    const run = runs.find(({ run_id, workflow_id }) => run_id === runId || workflow_id === workflowId);
    feed = { seq, runs: run ? [run] : [] };
    if (before?.ended_at) return;
    if (!run) {
      // Nothing more will come of it, and a stream that waits for it would never end.
      if (before) yield* endOf({ ...before, status: 'failed', error: GONE, ended_at: new Date().toISOString() });
      return;
    }
    workflowId = run.workflow_id;
    // A snapshot does not tell threads; whoever begins here has only the run.
    if (!before) yield { kind: 'run_started', run, threadId: run.run_id };
    for (const agent of run.agents) yield* agents.replaced(agent);
    yield { kind: 'run_replaced', run };
    if (run.ended_at !== null) yield* endOf(run);
  }

  return function changesOf(update) {
    if (update.type === 'resync') {
      const at = new Date().toISOString();
      return [...replace(update)].map((change) => ({ ...change, at }));
    }
    if (runId === undefined || update.run_id === runId) workflowId ??= update.workflow_id;
    if (update.workflow_id !== workflowId) return [];
    return [...changes(update)].map((change) => ({ ...change, at: update.at }));
  };
}
