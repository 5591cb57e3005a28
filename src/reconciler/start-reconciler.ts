import { randomUUID } from 'node:crypto';
import type { WorkflowClient } from '@temporalio/client';
import type { Decisions } from '../notifier/decisions.ts';
import type { EffectLedger } from '../notifier/effect-ledger.ts';
import type { EventLog } from '../notifier/event-log.ts';
import type { Leases } from '../notifier/leases.ts';
import { createAttendance } from './attendance.ts';
import { deliverDecisions } from './deliver-decisions.ts';
import { reconcileRun } from './reconcile-run.ts';
import { createUnheardRuns, type Unheard } from './unheard-runs.ts';

type Options = {
  client: WorkflowClient;
  log: EventLog;
  effects: EffectLedger;
  leases: Leases;
  decisions: Decisions;
  /** Wait between two rounds in milliseconds. */
  everyMs: number;
  onError?: (error: unknown) => void;
  /** Only runs of this task queue. @default all */
  taskQueue?: string;
};

/**
 * Looks after runs that have not ended, from outside: whatever closed, reset or stalled one without a word of its own is
 * told in the feed. Runs in every worker and gateway; a lease lets one of them do it at a time.
 */
export function startReconciler({ client, log, effects, leases, decisions, everyMs, onError, taskQueue }: Options) {
  const holder = { holder: `reconciler-${randomUUID()}`, exec: `reconciler.1.${Date.now()}` };
  const pools = [{ name: 'reconciler', limit: 1 }];
  const ttlMs = everyMs * 3 + 10_000;
  const unheard = createUnheardRuns({ client, taskQueue });
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let round = Promise.resolve();

  async function reconcile() {
    const { granted } = await leases.acquire({ ...holder, pools, ttlMs });
    if (!granted) return;
    const open = await log.openRuns();
    const heard = new Set(open.map(({ workflowId }) => workflowId));
    const runs: Unheard[] = [...open, ...(await unheard.find(heard))];
    const isAttended = createAttendance(client);
    for (const run of runs) {
      if (stopped) return;
      try {
        if (await reconcileRun({ client, log, effects, isAttended }, run)) unheard.settled(run);
      } catch (error) {
        // One run that cannot be looked at must not keep the others from it.
        onError?.(error);
      }
    }
    await deliverDecisions(client, decisions);
  }

  function next() {
    if (stopped) return;
    round = reconcile().catch((error: unknown) => onError?.(error));
    void round.then(() => {
      if (!stopped) timer = setTimeout(next, everyMs).unref();
    });
  }
  next();

  /** Waits for what is under way and lets another process take over. */
  return async function stop(): Promise<void> {
    stopped = true;
    clearTimeout(timer);
    await round;
    await leases.release({ ...holder, pools }).catch(() => undefined);
  };
}
