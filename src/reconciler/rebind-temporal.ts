import type { WorkflowClient } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import { TASK_QUEUE } from '../contracts/names.ts';
import type { RunStart } from '../contracts/run-start.ts';
import type { Store } from '../notifier/open-store.ts';
import type { TemporalBinding } from '../notifier/temporal-binding.ts';
import { createAttendance } from './attendance.ts';
import { bindingOf } from './claim-temporal.ts';
import { createSilences } from './lost-run.ts';
import { reconcileRun } from './reconcile-run.ts';
import { identify, type Temporal } from './temporal-identity.ts';

/** Runs that were accepted and had said nothing, of which one call ends so many; the reconciler ends the rest. */
const MOST_ACCEPTED = 10_000;

type Options = {
  client: WorkflowClient;
  temporal: Temporal;
  store: Pick<Store, 'log' | 'effects' | 'runIds' | 'binding'>;
  /** Who does it. @default who runs this process */
  by?: string;
  /** Path of the database of an embedded server. @default an external one */
  embedded?: string;
  /** Limits of the app's agents: which of them can undo what they did. @default all are asked */
  limits?: RunStart['limits'];
  /** Where what lost runs did is undone. @default 'baton' */
  taskQueue?: string;
};

export type Rebinding = {
  from: TemporalBinding | undefined;
  to: TemporalBinding;
  /** Workflow ids of runs that were ended as lost. */
  lost: string[];
  /** Workflow ids of lost runs that end once a worker has undone what they did. */
  undoing: string[];
};

/** What a log without a binding belonged to. */
function unrecorded({ namespace, address }: Temporal): TemporalBinding {
  const at = new Date(0).toISOString();
  return { namespaceId: 'unrecorded', clusterId: null, namespace, address, embedded: null, by: 'nobody', at };
}

/**
 * Binds a log to the Temporal that is reached now, on record, and ends the runs that were open in it and that this
 * Temporal does not have: `run_failed` with reason `lost`, once their tools' effects are undone. Interrupted, it is
 * finished by the next call or by any reconciler.
 *
 * @throws BatonError `InvalidInput`, code `permission_denied`, when the Temporal does not say who it is
 */
export async function rebindTemporal(options: Options): Promise<Rebinding> {
  const { client, temporal, store, by, embedded, limits, taskQueue = TASK_QUEUE } = options;
  const { log, effects, runIds, binding } = store;
  const { found, record } = await identify(temporal, binding);
  if (!found) {
    const message = `Temporal at ${temporal.address} does not say which namespace it is: allow DescribeNamespace`;
    throw new BatonError('InvalidInput', message, { code: 'permission_denied' });
  }
  const before = record?.current;
  const same =
    before?.namespaceId === found.namespaceId &&
    (found.clusterId === null || before.clusterId === null || before.clusterId === found.clusterId);
  const to = bindingOf(temporal, found, { embedded, by });
  const now = same ? record : await binding.rebind({ from: before ?? unrecorded(temporal), to });
  const lost: string[] = [];
  const undoing: string[] = [];
  const standing = async () => (await identify(temporal, binding)).standing;
  const silences = createSilences({ answers: Infinity, everyMs: 0 });
  const isAttended = createAttendance(client);
  // What this Temporal does have is left to the reconciler, which waits for outboxes.
  const isHeldBack = () => Promise.resolve(true);
  const sight = { isAttended, silences, isHeldBack, standing };
  const world = { client, log, effects, runIds, ...sight, binding: now, limits, taskQueue };
  for (const run of [...(await log.openRuns()), ...(await runIds.unheard({ limit: MOST_ACCEPTED }))]) {
    const { ended, isLost } = await reconcileRun(world, run);
    if (isLost) (ended ? lost : undoing).push(run.workflowId);
  }
  return { from: before, to: now?.current ?? to, lost, undoing };
}
