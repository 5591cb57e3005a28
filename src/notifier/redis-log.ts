import { byCodeUnits } from '../contracts/by-code-units.ts';
import { Cluster, Redis } from 'ioredis';
import type { BatonEvent, NewEvent } from '../contracts/event.ts';
import type { RunStatus } from '../contracts/names.ts';
import { isRunEnd } from '../contracts/is-run-end.ts';
import { endingOf, type EventLog, type FeedFilter, type OpenRun, type RunStanding } from './event-log.ts';
import { createSeal, type Seal } from '../payload/seal.ts';
import { followLog } from './follow-log.ts';
import { createGroupCommit } from './group-commit.ts';
import { unpackOutcome } from './pack-outcome.ts';
import { createRedisAppend } from './redis-append.ts';
import { openRedisEpoch } from './redis-epoch.ts';
import { redisKeys } from './redis-keys.ts';
import { createRedisPrune } from './redis-prune.ts';
import { createRedisWakeup } from './redis-wakeup.ts';

/** Entries read from a stream at once. */
const PAGE = 500;

/** How long the mark of a probe is kept, in milliseconds. */
const PROBE_KEPT_MS = 60_000;

type Options = {
  /** First part of every key. @default 'baton' */
  prefix?: string;
  /** How long ended runs are remembered, in days. @default 30 */
  retentionDays?: number;
  /** Seals outcomes. @default nothing is sealed */
  seal?: Seal;
};

type Entry = { seq: number; runId: string; json: string };

/** The event log in Redis: one stream per user, entry `N-0` being the event of sequence N. */
export async function createRedisLog(
  redis: Redis | Cluster,
  { prefix = 'baton', retentionDays = 30, seal = createSeal([]) }: Options = {},
): Promise<EventLog> {
  const keys = redisKeys(prefix);
  const epoch = await openRedisEpoch(redis, keys);
  const subscriber = redis instanceof Cluster ? redis.duplicate() : redis.duplicate();
  subscriber.on('error', () => undefined);
  await subscriber.connect();
  // After a failover the one who is only listened to would not say that it is no longer the master.
  const followConnection = () => {
    if (subscriber instanceof Redis && subscriber.status === 'ready') subscriber.disconnect(true);
  };
  redis.on('close', followConnection);
  const wakeup = createRedisWakeup(subscriber, keys);
  const group = createGroupCommit(createRedisAppend(redis, { keys, rememberSeconds: retentionDays * 86_400 }), seal);
  let open = true;

  function toEvent({ seq, json }: Pick<Entry, 'seq' | 'json'>): BatonEvent {
    return { ...(JSON.parse(json) as NewEvent), seq, epoch: epoch.current() } as BatonEvent;
  }

  async function page(userId: string, after: number, count: number): Promise<Entry[]> {
    const rows = await redis.xrange(keys.stream(userId), `${after + 1}-0`, '+', 'COUNT', count);
    return rows.map(([id, [, runId, , json]]) => ({ seq: Number.parseInt(id), runId, json }) as Entry);
  }

  async function entriesOf({ userId, runId, after, limit }: FeedFilter & { after: number; limit: number }) {
    const found: Entry[] = [];
    const count = runId === undefined ? limit : PAGE;
    for (let last = after; found.length < limit;) {
      const entries = await page(userId, last, count);
      found.push(...entries.filter((entry) => runId === undefined || entry.runId === runId));
      if (entries.length < count) break;
      last = (entries.at(-1) as Entry).seq;
    }
    return found.slice(0, limit);
  }

  async function read(where: FeedFilter & { after: number; limit: number }) {
    const entries = await epoch.during(() => entriesOf(where));
    return entries.map(toEvent);
  }

  function onChange(userId: string, listener: (told?: BatonEvent[]) => void) {
    return wakeup.onChange(userId, (told) => {
      let events: BatonEvent[] | undefined;
      try {
        const lines = told?.split('\n').map((line) => [line, line.indexOf(' ')] as const);
        events = lines?.map(([line, end]) => toEvent({ seq: Number(line.slice(0, end)), json: line.slice(end + 1) }));
      } catch {
        // Anybody may publish on a channel, and nobody catches here: the log itself is asked instead.
      }
      listener(events);
    });
  }

  async function head({ userId }: { userId: string }) {
    const [last, [first]] = await epoch.during(() => Promise.all([redis.get(keys.head(userId)), page(userId, 0, 1)]));
    const head = Number(last ?? 0);
    return { epoch: epoch.current(), head, earliest: first?.seq ?? head + 1 };
  }

  /** `older`: it has ended, and older code kept of its end only when it was. */
  async function standingOf(userId: string, workflowId: string): Promise<RunStanding | 'older' | undefined> {
    const [[status, endedAt, generation], [known, overAt]] = await Promise.all([
      redis.hmget(keys.end(userId, workflowId), 'status', 'ended_at', 'generation'),
      redis.hmget(keys.run(userId, workflowId), 'generation', 'ended_at'),
    ]);
    if (status && endedAt) return { ending: { status: status as RunStatus, endedAt, generation: Number(generation) } };
    if (!known) return undefined;
    return overAt ? 'older' : { ending: null };
  }

  /** Ends of these runs as their events have them; reads all of the user's. */
  async function endingsIn(userId: string, workflowIds: ReadonlySet<string>): Promise<Map<string, RunStanding>> {
    const found = new Map<string, RunStanding>();
    for (let after = 0; ;) {
      const entries = await page(userId, after, PAGE);
      for (const { json } of entries) {
        const event = json.includes('"type":"run_') ? (JSON.parse(json) as NewEvent) : undefined;
        if (event && isRunEnd(event) && workflowIds.has(event.workflow_id))
          found.set(event.workflow_id, { ending: endingOf(event) });
      }
      if (entries.length < PAGE) return found;
      after = (entries.at(-1) as Entry).seq;
    }
  }

  async function standings({ userId, workflowIds }: { userId: string; workflowIds: readonly string[] }) {
    const asked = workflowIds.map(async (workflowId) => [workflowId, await standingOf(userId, workflowId)] as const);
    const all = await Promise.all(asked);
    const older = new Set(all.flatMap(([workflowId, standing]) => (standing === 'older' ? [workflowId] : [])));
    const endings = older.size > 0 ? await endingsIn(userId, older) : new Map<string, RunStanding>();
    for (const [workflowId, standing] of all) if (standing && standing !== 'older') endings.set(workflowId, standing);
    return endings;
  }

  async function openRuns(): Promise<OpenRun[]> {
    const listed = Object.entries(await redis.hgetall(keys.open));
    const checked = listed.map(async ([field, json]) => {
      const run = JSON.parse(json) as OpenRun;
      const state = await redis.hmget(keys.run(run.userId, run.workflowId), 'generation', 'ended_at');
      const [generation, endedAt] = state;
      const isOver = Number(generation) > Number.parseInt(field) || (generation !== null && endedAt !== null);
      // Left by a process that died between the run's end and its deletion here.
      if (isOver) await redis.hdel(keys.open, field);
      return isOver ? [] : [run];
    });
    return (await Promise.all(checked)).flat().toSorted((a, b) => byCodeUnits(a.startedAt, b.startedAt));
  }

  async function close() {
    if (!open) return;
    open = false;
    await group.drain();
    wakeup.close();
    epoch.close();
    redis.off('close', followConnection);
    subscriber.disconnect();
  }

  const source = { read, head, onChange, isOpen: () => open, currentEpoch: epoch.current };
  return {
    append: group.append,
    async publish(event) {
      await group.append([event]);
    },
    read,
    head,
    follow: (where) => followLog(source, where),
    end: async (events, outcome) => void (await group.append(events, { outcome })),
    standings,
    async outcome({ userId, workflowId }) {
      const kept = await redis.hgetBuffer(keys.end(userId, workflowId), 'outcome');
      return kept ? unpackOutcome(kept, seal) : undefined;
    },
    openRuns,
    users: async () => (await redis.smembers(keys.users)).toSorted(),
    prune: createRedisPrune(redis, keys),
    async probe() {
      await redis.set(keys.probe, Date.now(), 'PX', PROBE_KEPT_MS);
    },
    close,
  };
}
