import { randomUUID } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import type { ExecOrder } from '../contracts/exec-order.ts';
import type { BeginResult, EffectCall, EffectEntry, EffectKey, EffectLedger, EffectState } from './effect-ledger.ts';
import { BEGIN_SCRIPT, COMPENSATED_SCRIPT, FENCE_SCRIPT, SETTLE_SCRIPT } from './redis-effects-scripts.ts';
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

/** The effect ledger in Redis. What belongs to one run shares a hash slot; forgotten is a run as a whole. */
export function createRedisEffects(redis: Redis | Cluster, { prefix }: { prefix: string }): EffectLedger {
  const touched = `${prefix}:effects`;
  const ofRun = (workflowId: string) => `${prefix}:{effects:${encodeURIComponent(workflowId)}}`;
  const fences = (workflowId: string) => `${ofRun(workflowId)}:fences`;
  const order = (workflowId: string) => `${ofRun(workflowId)}:order`;
  const callKey = ({ workflowId, agentRun, tool, inputHash, occurrence }: EffectKey) =>
    `${ofRun(workflowId)}:call:${JSON.stringify([agentRun, tool, inputHash, occurrence])}`;
  const fence = redisScript<null>(redis, { name: 'batonFence', lua: FENCE_SCRIPT });
  const begin = redisScript<[BeginResult['status'], string, string[]]>(redis, {
    name: 'batonBegin',
    lua: BEGIN_SCRIPT,
  });
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
    await redis.del(fences(workflowId), order(workflowId), ...calls);
    await redis.zrem(touched, workflowId);
    return calls.length;
  }

  return {
    async fence({ workflowId, agentRun, order: execution }) {
      await touch(workflowId);
      await fence([fences(workflowId)], [agentRun, ...valuesOf(execution)]);
    },
    async begin({ call, order: execution }) {
      const { workflowId, agentRun, repeatable, limitMs } = call;
      const fields = fieldsOf(call);
      await touch(workflowId);
      // A command that is sent again, because its answer was lost, finds its own token and may still make the call.
      const own = [randomUUID(), repeatable ? 1 : 0, limitMs, JSON.stringify(fields)];
      const keys = [fences(workflowId), callKey(call), order(workflowId)];
      const [status, now, flat] = await begin(keys, [agentRun, ...valuesOf(execution), ...own]);
      const row = rowOf(flat);
      if (row.state) return { status, entry: entryOf(row as Row, Number(now)) };
      return { status, entry: { ...fields, state: 'planned', round: 0, receipt: null, remainingMs: 0 } };
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
  };
}
