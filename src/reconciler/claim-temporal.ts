import { hostname, userInfo } from 'node:os';
import type { EventLog } from '../notifier/event-log.ts';
import type { TemporalBinding, TemporalBindings, TemporalIdentity } from '../notifier/temporal-binding.ts';
import { isMissing } from './missing.ts';
import { foreignTemporal, identify, movedCluster, type Identified, type Temporal } from './temporal-identity.ts';

/** Open runs of a log without a binding that are looked up, oldest first. */
const MAX_LOOKED_UP = 20;

type Options = {
  temporal: Temporal;
  binding: TemporalBindings;
  log: Pick<EventLog, 'openRuns'>;
  /** Path of the database of an embedded server. @default an external one */
  embedded?: string | null;
  /** Whether a log that belongs to no Temporal yet is bound to this one. @default true */
  bind?: boolean;
  warn: (message: string) => void;
};

/** Who runs this process, as a binding records it. */
export function thisPerson(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A container's user may have no name.
    return `uid ${process.getuid?.() ?? '?'}@${hostname()}`;
  }
}

export function bindingOf(
  { namespace, address }: Temporal,
  found: TemporalIdentity,
  { embedded = null, by = thisPerson() }: { embedded?: string | null; by?: string } = {},
): TemporalBinding {
  return { ...found, namespace, address, embedded, by, at: new Date().toISOString() };
}

/** Whether this Temporal has one of the log's open runs: a log from before bindings may be older than the server. */
async function knowsOneOf({ connection, namespace }: Temporal, workflowIds: string[]): Promise<boolean> {
  for (const workflowId of workflowIds.slice(0, MAX_LOOKED_UP)) {
    try {
      await connection.workflowService.describeWorkflowExecution({ namespace, execution: { workflowId } });
      return true;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return false;
}

async function bindFirst({ temporal, binding, log, embedded, warn }: Options, found: TemporalIdentity): Promise<void> {
  const open = (await log.openRuns()).map(({ workflowId }) => workflowId);
  if (open.length > 0 && !(await knowsOneOf(temporal, open))) {
    const remedy = 'correct TEMPORAL_ADDRESS, or run "baton doctor --rebind"';
    warn(`Temporal at ${temporal.address} has none of the runs that are open in log ${binding.place}: ${remedy}`);
    return;
  }
  await binding.bind(bindingOf(temporal, found, { embedded }));
}

/**
 * Makes sure that the Temporal which was reached is the one that the log belongs to. The first to connect with a log
 * binds it. The same namespace in another cluster passes, with a warning.
 *
 * @throws BatonError `InvalidInput` with code `foreign_temporal`, naming the log, both ids and the address
 */
export async function claimTemporal(options: Options): Promise<Identified> {
  const { temporal, binding, bind = true, warn } = options;
  let identified = await identify(temporal, binding);
  if (identified.standing === 'unbound' && bind && identified.found) {
    await bindFirst(options, identified.found);
    // Another process may have bound it at the same moment.
    identified = await identify(temporal, binding);
  }
  if (identified.standing === 'foreign') throw foreignTemporal(temporal, identified, binding);
  if (identified.standing === 'moved') warn(movedCluster(temporal, identified, binding));
  return identified;
}
