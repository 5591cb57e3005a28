import { isGrpcServiceError, type ConnectionLike } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import type { BindingRecord, TemporalBindings, TemporalIdentity } from '../notifier/temporal-binding.ts';
import { isNamespaceMissing } from './missing.ts';

/** Codes of a server that will not say: who may not look at a namespace may well run workflows in it. */
const WILL_NOT_SAY = [7, 12, 16];

/** How long a server may take to say who it is, in milliseconds. */
const PATIENCE_MS = 5_000;

/** Stands for the id of a namespace that the server does not have. */
const NO_NAMESPACE = 'none';

export type Temporal = {
  connection: Pick<ConnectionLike, 'workflowService' | 'withDeadline'>;
  namespace: string;
  address: string;
};

/**
 * What the reached Temporal is to a log. `own`: the one it belongs to. `foreign`: another one, which knows nothing of the
 * log's runs. `moved`: the same namespace in another cluster, as after a failover. `unknown`: it will not say. `unbound`:
 * nobody has bound the log yet.
 */
export type Standing = 'own' | 'foreign' | 'moved' | 'unknown' | 'unbound';

export type Identified = {
  standing: Standing;
  found: TemporalIdentity | undefined;
  record: BindingRecord | undefined;
};

type IdentifyOptions = {
  /** @default true */
  withCluster?: boolean;
  /** How long the server may take, in milliseconds. @default 5000 */
  patienceMs?: number;
};

async function answered<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isGrpcServiceError(error) && WILL_NOT_SAY.includes(error.code)) return undefined;
    throw error;
  }
}

/** Ids of the Temporal that is reached now; undefined where it will not say. Without the cluster's it costs one call. */
export async function readIdentity(
  { connection, namespace }: Temporal,
  { withCluster = true, patienceMs = PATIENCE_MS }: IdentifyOptions = {},
): Promise<TemporalIdentity | undefined> {
  const { workflowService } = connection;
  const ask = () =>
    answered(() => workflowService.describeNamespace({ namespace })).catch((error: unknown) => {
      if (isNamespaceMissing(error)) return { namespaceInfo: { id: NO_NAMESPACE } };
      throw error;
    });
  return connection.withDeadline(Date.now() + patienceMs, async () => {
    const namespaceId = (await ask())?.namespaceInfo?.id;
    if (!namespaceId) return undefined;
    // A key that is scoped to a namespace may not ask for the cluster.
    const cluster = withCluster ? await answered(() => workflowService.getClusterInfo({})) : undefined;
    return { namespaceId, clusterId: cluster?.clusterId || null };
  });
}

function standingOf(found: TemporalIdentity | undefined, record: BindingRecord | undefined): Standing {
  if (!found) return 'unknown';
  if (!record) return found.namespaceId === NO_NAMESPACE ? 'unknown' : 'unbound';
  const { namespaceId, clusterId } = record.current;
  if (found.namespaceId !== namespaceId) return 'foreign';
  return found.clusterId !== null && clusterId !== null && found.clusterId !== clusterId ? 'moved' : 'own';
}

/** Asks the Temporal that is reached now who it is, and compares it with the one that the log belongs to. */
export async function identify(
  temporal: Temporal,
  binding: TemporalBindings,
  options?: IdentifyOptions,
): Promise<Identified> {
  const [found, record] = await Promise.all([readIdentity(temporal, options), binding.read()]);
  return { standing: standingOf(found, record), found, record };
}

const REMEDY =
  'correct TEMPORAL_ADDRESS or TEMPORAL_NAMESPACE; or, if that Temporal replaces the other for good, run ' +
  '"baton doctor --rebind", which ends the runs that are open in the log';

/** The refusal of a Temporal that is not the log's own. */
export function foreignTemporal(
  { namespace, address }: Pick<Temporal, 'namespace' | 'address'>,
  { found, record }: Pick<Identified, 'found' | 'record'>,
  { place }: Pick<TemporalBindings, 'place'>,
): BatonError {
  const bound = record?.current;
  const own = `namespace "${bound?.namespace}" (id ${bound?.namespaceId}) at ${bound?.address}`;
  const other = `namespace "${namespace}" with id ${found?.namespaceId}`;
  const message = `log ${place} belongs to Temporal's ${own}, but ${address} answers as ${other}: ${REMEDY}`;
  const details = { log: place, address, bound: bound?.namespaceId, found: found?.namespaceId };
  return new BatonError('InvalidInput', message, { code: 'foreign_temporal', details });
}

/** What an operator is warned of where the namespace is the log's own and the cluster is not. */
export function movedCluster(
  { address }: Pick<Temporal, 'address'>,
  { found, record }: Pick<Identified, 'found' | 'record'>,
  { place }: Pick<TemporalBindings, 'place'>,
): string {
  return (
    `log ${place} belongs to Temporal cluster ${record?.current.clusterId}, but ${address} is cluster ` +
    `${found?.clusterId} with the same namespace, as after a failover: no run is ended from outside until ` +
    'an operator confirms it with "baton doctor --rebind"'
  );
}
