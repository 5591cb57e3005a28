import { randomUUID } from 'node:crypto';
import type { Connection, WorkflowClient } from '@temporalio/client';
import { TASK_QUEUE } from '../contracts/names.ts';
import type { RunStart } from '../contracts/run-start.ts';
import type { Decisions } from '../notifier/decisions.ts';
import type { EffectLedger } from '../notifier/effect-ledger.ts';
import type { EventLog } from '../notifier/event-log.ts';
import type { Leases } from '../notifier/leases.ts';
import type { RunIds } from '../notifier/run-ids.ts';
import type { BindingRecord, TemporalBindings } from '../notifier/temporal-binding.ts';
import { createAttendance } from './attendance.ts';
import { claimTemporal } from './claim-temporal.ts';
import { deliverDecisions } from './deliver-decisions.ts';
import { createHeldBack } from './held-back.ts';
import { createSilences } from './lost-run.ts';
import { reconcileRun } from './reconcile-run.ts';
import { readRunRecord } from './run-record.ts';
import { tellUnknown } from './tell-stall.ts';
import { identify, type Temporal } from './temporal-identity.ts';
import { createUnheardRuns, type Unheard } from './unheard-runs.ts';

type Options = {
  client: WorkflowClient;
  log: EventLog;
  effects: EffectLedger;
  leases: Leases;
  decisions: Decisions;
  runIds: RunIds;
  binding: TemporalBindings;
  /** Wait between two rounds in milliseconds. */
  everyMs: number;
  onError?: (error: unknown) => void;
  /** Limits of the app's agents: which of them can undo what they did. @default all are asked */
  limits?: RunStart['limits'];
  /** Only runs of this task queue. @default all */
  taskQueue?: string;
  /** When the store last could not answer this process; see `Store`. @default it always could */
  lastOutage?: () => number | undefined;
  /**
   * When a run that Temporal does not have counts as lost, once its deadline has passed: after so many answers, each so
   * many milliseconds after the one before. @default { answers: 4, everyMs: 60000 }
   */
  lostAfter?: { answers: number; everyMs: number };
};

/** Runs that were accepted and have said nothing yet, which a round looks at beside those that Temporal lists. */
const MOST_ACCEPTED = 200;

/** Codes of what is reported once and not in each round. */
const isForeign = (error: unknown) => (error as { code?: unknown }).code === 'foreign_temporal';

/**
 * Looks after runs that have not ended, from outside: publishes of each that it was closed, reset or stalled, where it
 * could not say so itself. Runs in every worker and gateway; a lease lets one of them do it at a time. The word of a
 * Temporal that is not the log's own ends no run.
 */
export function startReconciler({
  client,
  log,
  effects,
  leases,
  decisions,
  runIds,
  binding,
  everyMs,
  onError,
  limits,
  taskQueue,
  lastOutage = () => undefined,
  lostAfter = { answers: 4, everyMs: 60_000 },
}: Options) {
  const { namespace } = client.options;
  const { address = 'an address of its own' } = (client.connection as Partial<Connection>).options ?? {};
  const temporal: Temporal = { connection: client.connection, namespace, address };
  const holder = { holder: `reconciler-${randomUUID()}`, exec: `reconciler.1.${Date.now()}` };
  const pools = [{ name: 'reconciler', limit: 1 }];
  const ttlMs = everyMs * 3 + 10_000;
  const unheard = createUnheardRuns({ client, taskQueue });
  const silences = createSilences(lostAfter);
  const isHeldBack = createHeldBack({ leases, lastOutage });
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let round = Promise.resolve();
  let foreignRounds = 0;
  let warned: string | undefined;

  const release = () => leases.release({ ...holder, pools });

  /** The same trouble in every round is reported once. */
  function warn(message: string) {
    if (message !== warned) onError?.(new Error(message));
    warned = message;
  }

  /** All that can be said beside a Temporal that is not the log's own: that the one which has the runs is not reached. */
  async function besideForeign(error: unknown) {
    foreignRounds += 1;
    if (foreignRounds === 1) {
      onError?.(error);
      // Another process may reach the right one, and shall look after the runs.
      return release();
    }
    const { granted } = await leases.acquire({ ...holder, pools, ttlMs });
    if (!granted) return;
    try {
      for (const run of await log.openRuns()) if (!stopped) await tellUnknown({ log }, await readRunRecord(log, run));
    } finally {
      await release();
    }
  }

  async function reconcileRuns(record: BindingRecord | undefined) {
    const open = await log.openRuns();
    const heard = new Set(open.map(({ workflowId }) => workflowId));
    silences.keepOnly((workflowId) => heard.has(workflowId));
    const found: Unheard[] = [...open, ...(await unheard.find(heard))];
    const seen = new Set(found.map(({ workflowId }) => workflowId));
    const accepted = await runIds.unheard({ limit: MOST_ACCEPTED });
    const runs = [...found, ...accepted.filter(({ workflowId }) => !seen.has(workflowId))];
    const standing = async () => (await identify(temporal, binding)).standing;
    const isAttended = createAttendance(client);
    const stores = { log, effects, runIds, binding: record };
    const sight = { isAttended, silences, isHeldBack, standing };
    const world = { client, ...stores, ...sight, limits, taskQueue: taskQueue ?? TASK_QUEUE };
    for (const run of runs) {
      if (stopped) return;
      try {
        if ((await reconcileRun(world, run)).ended) unheard.settled(run);
      } catch (error) {
        // One run that cannot be looked at must not keep the others from it.
        onError?.(error);
      }
    }
    await deliverDecisions({ client, log, decisions, standing });
  }

  async function reconcile() {
    let record: BindingRecord | undefined;
    try {
      // Asked before each round: a process stays connected to an address whose server may be replaced.
      ({ record } = await claimTemporal({ temporal, binding, log, warn }));
    } catch (error) {
      if (isForeign(error)) return besideForeign(error);
      throw error;
    }
    foreignRounds = 0;
    const { granted } = await leases.acquire({ ...holder, pools, ttlMs });
    if (granted) await reconcileRuns(record);
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
    await release().catch(() => undefined);
  };
}
