// Runs inside the workflow sandbox.
import { ActivityCancellationType, CancellationScope, proxyActivities } from '@temporalio/workflow';
import { LOSS_ATTEMPTS, UNDO_ACTIVITY, UNDO_ATTEMPTS } from '../contracts/names.ts';
import type { AgentOutcome, Compensated } from '../contracts/run.ts';
import type { Undo } from '../contracts/undo.ts';
import type { UndoCall, UndoReturn } from '../contracts/undo-call.ts';
import type { RunEvents } from './run-events.ts';

type Options = {
  events: RunEvents;
  generation: number;
  /** Runs an agent that undoes something, paused or not. */
  runAgent: (
    agent: string,
    input: unknown,
    about: { agentRun: string; parent?: string; step?: string },
  ) => Promise<AgentOutcome>;
  /** The run whose effects are undone, where it is not this one. */
  workflowId?: string;
};

type Result = Pick<Compensated, 'success' | 'error'>;

async function undoEffects(
  undo: Undo & { undo: string },
  { events, generation, workflowId }: Options,
): Promise<Result> {
  const activities = proxyActivities<{ [UNDO_ACTIVITY](call: UndoCall): Promise<UndoReturn> }>({
    startToCloseTimeout: 60_000,
    heartbeatTimeout: 10_000,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: {
      initialInterval: 200,
      backoffCoefficient: 2,
      maximumInterval: 10_000,
      maximumAttempts: UNDO_ATTEMPTS + LOSS_ATTEMPTS,
    },
  });
  const call = { agent: undo.agent, agent_run: undo.undo, generation, events: events.take(), workflow_id: workflowId };
  const { failed } = await activities[UNDO_ACTIVITY](call);
  const [first] = failed;
  if (!first) return { success: true };
  const message = failed.map(({ tool, error }) => `${tool}: ${error.message}`).join('; ');
  return { success: false, error: { type: first.error.type, message } };
}

/** Runs registered compensations, last one first. One that fails is reported and does not stop the others. */
export async function runCompensations(undos: Undo[], options: Options): Promise<Compensated[]> {
  const { events, runAgent } = options;
  const done: Compensated[] = [];

  async function perform(undo: Undo, n: number): Promise<Result> {
    if ('undo' in undo) return undoEffects(undo, options);
    const { agent, input, of: parent, step } = undo;
    const { success, error } = await runAgent(agent, input, {
      agentRun: `undo-${parent ?? agent}-${n}`,
      parent,
      step: step ?? undefined,
    });
    return { success, error };
  }

  async function guarded(undo: Undo, n: number): Promise<Result> {
    try {
      return await perform(undo, n);
    } catch (thrown) {
      const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
      const message = cause instanceof Error ? cause.message : String(cause);
      return { success: false, error: { type: 'AgentFailed', message } };
    }
  }

  // The run may be cancelled already, or be cancelled now: what was begun must be undone all the same.
  await CancellationScope.nonCancellable(async () => {
    while (undos.length > 0) {
      const n = undos.length;
      const undo = undos.pop() as Undo;
      const { agent, step = null } = undo;
      const of = ('undo' in undo ? undo.undo : undo.of) ?? null;
      events.emit('compensation_started', { agent, step, of }, { step });
      const result = await guarded(undo, n);
      events.emit('compensation_completed', { agent, step, of, ...result }, { step });
      done.push({ agent, step, of, ...result });
      await events.publish();
    }
  });
  return done;
}
