import { randomUUID } from 'node:crypto';
import { Cluster, type Redis } from 'ioredis';
import { BatonError } from '../contracts/baton-error.ts';
import type { ExecOrder } from '../contracts/exec-order.ts';
import { LOG_UNAVAILABLE } from '../contracts/unavailable.ts';
import type { BeginResult, EffectCall, EffectEntry, EffectKey, EffectLedger, EffectState } from './effect-ledger.ts';
import { createRedisAttempts } from './redis-attempts.ts';
import { createConfirmedWrites, OTHER_MASTER } from './redis-confirmed.ts';
import {
  BEGIN_SCRIPT,
  COMPENSATED_SCRIPT,
  FENCE_SCRIPT,
  OPEN_SCRIPT,
  RELEASE_SCRIPT,
  SETTLE_SCRIPT,
} from './redis-effects-scripts.ts';
import { createRedisIncarnation, type RedisLook } from './redis-incarnation.ts';
import { redisScript } from './redis-script.ts';

type Row = { state: EffectState; round: string; fields: string; receipt?: string; deadline_at: string };
type Fields = EffectKey & Pick<EffectCall, 'agent' | 'callId' | 'input'>;

function rowOf(flat: string[]): Partial<Row> {
  return Object.fromEntries(flat.flatMap((name, index) => (index % 2 ? [] : [[name, flat[index + 1]]])));
}

function entryOf({ state, round, fields, receipt = undefined, deadline_at }: Row, now: number): EffectEntry {
  const remainingMs = state === 'unknown' ? Math.max(0, Math.ceil(Number(deadline_at) - now)) : 0;
  return { ...(JSON.parse(fields) as Fields), state, round: Number(round), receipt: receipt ?? null, remainingMs };
}

function fieldsOf({ workflowId, agentRun, tool, inputHash, occurrence, agent, callId, input }: EffectCall): Fields {
  return { workflowId, agentRun, tool, inputHash, occurrence, agent, callId, input };
}

const valuesOf = ({ generation, scheduled, attempt }: ExecOrder) => [generation, scheduled, attempt];

type Options = {
  /** First part of every key. */
  prefix: string;
  /** How long the attempts of an agent are remembered, in days. @default 30 */
  retentionDays?: number;
};

type Begun = [BeginResult['status'], string, string[]];

/** How often a master that changes meanwhile is looked at again before the ledger counts as down. */
const MAX_LOOKS = 5;

/** The effect ledger in Redis. What belongs to one run shares a hash slot; forgotten is a run as a whole. */
export function createRedisEffects(
  redis: Redis | Cluster,
  { prefix, retentionDays = 30 }: Options,
): EffectLedger & { close(): void } {
  const touched = `${prefix}:effects`;
  const ofRun = (workflowId: string) => `${prefix}:{effects:${encodeURIComponent(workflowId)}}`;
  const fences = (workflowId: string) => `${ofRun(workflowId)}:fences`;
  const order = (workflowId: string) => `${ofRun(workflowId)}:order`;
  const openings = (workflowId: string) => `${ofRun(workflowId)}:openings`;
  const callKey = ({ workflowId, agentRun, tool, inputHash, occurrence }: EffectKey) =>
    `${ofRun(workflowId)}:call:${JSON.stringify([agentRun, tool, inputHash, occurrence])}`;
  const fence = redisScript<null>(redis, { name: 'batonFence', lua: FENCE_SCRIPT });
  const begin = redisScript<Begun>(redis, { name: 'batonBegin', lua: BEGIN_SCRIPT });
  const confirmed = createConfirmedWrites(redis, { batonBegin: BEGIN_SCRIPT, batonOpen: OPEN_SCRIPT });
  const incarnation = createRedisIncarnation(redis, { prefix });
  const look = (workflowId: string) => incarnation.look(order(workflowId));
  /** The last look of each incarnation: what a call that begins must find unchanged. */
  const looks = new Map<string, RedisLook>();
  const release = redisScript<null>(redis, { name: 'batonReleaseCall', lua: RELEASE_SCRIPT });
  const settle = redisScript<number>(redis, { name: 'batonSettle', lua: SETTLE_SCRIPT });
  const compensate = redisScript<null>(redis, { name: 'batonCompensated', lua: COMPENSATED_SCRIPT });

  /** Before anything is written of the run: were it after, a crash in between would leave keys that nobody forgets. */
  const touch = (workflowId: string) => redis.zadd(touched, Date.now(), workflowId);

  async function list({ workflowId, agentRun }: { workflowId: string; agentRun?: string }): Promise<EffectEntry[]> {
    const keys = await redis.zrange(order(workflowId), '0', '-1');
    const rows = await Promise.all(keys.map((key) => redis.hgetall(key)));
    const [seconds, micros] = await redis.time();
    const now = Number(seconds) * 1_000 + Number(micros) / 1_000;
    const entries = rows.map((row) => entryOf(row as Row, now));
    return entries.filter((entry) => agentRun === undefined || entry.agentRun === agentRun);
  }

  async function forget(workflowId: string): Promise<number> {
    const calls = await redis.zrange(order(workflowId), '0', '-1');
    await redis.del(fences(workflowId), order(workflowId), openings(workflowId), ...calls);
    await redis.zrem(touched, workflowId);
    return calls.length;
  }

  return {
    incarnation: async ({ workflowId }) => (await look(workflowId)).incarnation,
    async open({ workflowId, agentRun, named = '', order: execution, isKnown }) {
      await touch(workflowId);
      const keys = [fences(workflowId), openings(workflowId), ...(incarnation.key ? [incarnation.key] : [])];
      for (let n = 1; n <= MAX_LOOKS; n += 1) {
        const seen = await look(workflowId);
        const { incarnation: current } = seen;
        const values = [agentRun, ...valuesOf(execution), current, named, isKnown ? 1 : 0];
        const recorded = await confirmed.write({ name: 'batonOpen', keys, values, look: seen });
        if (typeof recorded !== 'string') continue;
        // One that is not the present one is of no use; there is one for each node of a cluster.
        if (!looks.has(current) && !(redis instanceof Cluster)) looks.clear();
        looks.set(current, seen);
        return { recorded, current, vouches: recorded === current };
      }
      const message = 'the effect ledger in Redis cannot be opened: its master changes again and again';
      throw new BatonError('NetworkError', message, { code: LOG_UNAVAILABLE });
    },
    async vouches({ workflowId, agentRun, named }) {
      const [{ incarnation: current }, recorded] = await Promise.all([
        look(workflowId),
        redis.hget(openings(workflowId), agentRun),
      ]);
      return (recorded ?? named ?? current) === current;
    },
    async count({ workflowId, agentRun }) {
      const counted = await redis.hmget(openings(workflowId), agentRun, `#calls ${agentRun}`);
      const [recorded, calls] = counted;
      // Looked at last: had another master taken over in between, the number would be of one and the look of the other.
      const { incarnation: current } = await look(workflowId);
      return recorded !== current || calls == null ? undefined : Number(calls);
    },
    async fence({ workflowId, agentRun, order: execution }) {
      await touch(workflowId);
      await fence([fences(workflowId)], [agentRun, ...valuesOf(execution)]);
    },
    async begin({ call, order: execution, opening, token = randomUUID() }) {
      const { workflowId, agentRun, repeatable, limitMs } = call;
      const fields = fieldsOf(call);
      await touch(workflowId);
      const underWayMs = opening && !opening.vouches ? opening.underWayMs : '';
      // A command that is sent again, because its answer was lost, finds its own token and may still make the call.
      const own = [token, repeatable ? 1 : 0, limitMs, JSON.stringify(fields), opening?.recorded ?? '', underWayMs];
      const keys = [fences(workflowId), callKey(call), order(workflowId), openings(workflowId)];
      const values = [agentRun, ...valuesOf(execution), ...own];
      const seen = opening && looks.get(opening.current);
      const planned = { ...fields, state: 'planned', round: 0, receipt: null, remainingMs: 0 } as const;
      if (opening && !seen) return { status: 'reopen', entry: planned };
      const isSure = seen && !repeatable;
      const begun = isSure
        ? await confirmed.write({ name: 'batonBegin', keys, values, look: seen })
        : await begin(keys, values);
      if (begun === OTHER_MASTER) return { status: 'reopen', entry: planned };
      const [status, now, flat] = begun as Begun;
      const row = rowOf(flat);
      return { status, entry: row.state ? entryOf(row as Row, Number(now)) : planned };
    },
    async release({ key, token }) {
      await release([callKey(key)], [token]);
    },
    async settle({ key, order: execution, outcome }) {
      await touch(key.workflowId);
      const [state, receipt] = outcome === 'not_done' ? ['planned', ''] : ['done', outcome.done];
      return (await settle([callKey(key)], [randomUUID(), ...valuesOf(execution), state, receipt])) === 1;
    },
    async compensated({ key, round }) {
      await touch(key.workflowId);
      await compensate([callKey(key)], [round]);
    },
    list,
    async prune({ olderThan }) {
      const old = await redis.zrange(touched, '-inf', `(${olderThan.getTime()}`, 'BYSCORE');
      let forgotten = 0;
      for (const workflowId of old) forgotten += await forget(workflowId);
      return forgotten;
    },
    attempts: createRedisAttempts(redis, { prefix, rememberMs: retentionDays * 86_400_000 }),
    close: confirmed.close,
  };
}
