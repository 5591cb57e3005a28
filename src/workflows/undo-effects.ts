// Runs inside the workflow sandbox.
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import { LOSS_ATTEMPTS, UNDO_ACTIVITY, UNDO_ATTEMPTS, UNDO_TIMEOUT_MS } from '../contracts/names.ts';
import type { EffectsUndo } from '../contracts/undo.ts';
import type { UndoCall, UndoReturn } from '../contracts/undo-call.ts';
import type { Undone } from './compensations.ts';
import type { RunEvents } from './run-events.ts';
import { summaryOf } from './summary-of.ts';

type Options = {
  events: RunEvents;
  generation: number;
  /** Version of the orchestration; see `engineVersion`. */
  version: 1 | 2;
  /** Incarnation of the effect ledger that the run's start names. */
  incarnation?: string;
  /** The run whose effects are undone, where it is not this one. */
  workflowId?: string;
};

/** Undoes what the tools of one agent's execution did, as the effect ledger has it. */
export async function undoEffects(undo: EffectsUndo, options: Options): Promise<Undone> {
  const { events, generation, version, incarnation, workflowId } = options;
  const activities = proxyActivities<{ [UNDO_ACTIVITY](call: UndoCall): Promise<UndoReturn> }>({
    summary: summaryOf('undoes what', undo.undo, 'did'),
    startToCloseTimeout: UNDO_TIMEOUT_MS,
    heartbeatTimeout: 10_000,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: {
      initialInterval: 200,
      backoffCoefficient: 2,
      maximumInterval: 10_000,
      // The activity itself bounds failures and losses, which waiting for a store is none of.
      ...(version === 1 && { maximumAttempts: UNDO_ATTEMPTS + LOSS_ATTEMPTS }),
    },
  });
  const { agent, undo: agent_run, anew, calls } = undo;
  const riding = events.take();
  const call = { agent, agent_run, anew, generation, calls, events: riding, workflow_id: workflowId, incarnation };
  let failed: UndoReturn['failed'];
  try {
    const returned = await activities[UNDO_ACTIVITY](call);
    ({ failed } = returned);
    events.confirm(riding);
    if (returned.undelivered && events.engine > 1) events.putBack(returned.undelivered);
  } catch (error) {
    if (events.engine > 1) events.putBack(riding);
    throw error;
  }
  const [first] = failed;
  if (!first) return { success: true };
  const message = failed.map(({ tool, error }) => `${tool}: ${error.message}`).join('; ');
  return { success: false, error: { type: first.error.type, message } };
}
