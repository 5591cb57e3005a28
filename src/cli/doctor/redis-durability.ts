import type { Check } from './check.ts';

/** What a Redis says of how it keeps what it was given; undefined where it will not say. */
export type RedisSettings = {
  version: string;
  mode: 'standalone' | 'cluster' | 'sentinel';
  isAofOn: boolean;
  appendfsync: string | undefined;
  replicas: number;
  minReplicasToWrite: number | undefined;
  maxmemoryPolicy: string;
};

type Found = Pick<Check, 'state' | 'found' | 'remedy'>;

const KEEP = 'set "appendonly yes" and "appendfsync always"';

/** The first version that can say when a write is on the disk of a replica. */
function hasWaitaof(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 7 || (major === 7 && minor >= 2);
}

/** What survives a restart of Redis and of its machine. */
export function restartOf({ version, mode, isAofOn, appendfsync, maxmemoryPolicy }: RedisSettings): Found {
  const kept = isAofOn ? `AOF, appendfsync ${appendfsync ?? 'not told'}` : 'no AOF';
  const has = `Redis ${version}, ${mode}, ${kept}, maxmemory-policy ${maxmemoryPolicy}`;
  if (!isAofOn) {
    const lost = 'a restart loses everything since the last snapshot; open runs then ask before they repeat a payment';
    return { state: 'risk', found: `${has}: ${lost}`, remedy: KEEP };
  }
  if (appendfsync === 'always') {
    return { state: 'ok', found: `${has}: survives kill -9 and a power loss, not the loss of its disk` };
  }
  const lost = 'survives kill -9; a power loss may cost the last second or two';
  const again = 'every restart makes readers begin from a snapshot, and open runs ask before they repeat a payment';
  return { state: 'risk', found: `${has}: ${lost}; ${again}`, remedy: KEEP };
}

/** What survives the loss of the server, by another one that takes over. */
export function failoverOf({ version, isAofOn, replicas, minReplicasToWrite }: RedisSettings): Found {
  if (replicas === 0) {
    const found = 'no replica: whoever loses this server loses the log; nothing can take over';
    return { state: 'ok', found };
  }
  const waits =
    isAofOn && hasWaitaof(version)
      ? 'once a replica has them on its disk (WAITAOF)'
      : 'once a replica has them in its memory (WAIT), which a power loss of both loses';
  const least = minReplicasToWrite ?? 'not told';
  const has = `${replicas} replicas, min-replicas-to-write ${least}`;
  const cost = `a failover may cost the last events of a feed; calls of tools with effect "once" are made only ${waits}`;
  const remedy =
    'set "min-replicas-to-write 1": a master that is cut off would take writes that the failover throws away';
  return { state: minReplicasToWrite ? 'ok' : 'risk', found: `${has}: ${cost}`, remedy };
}
