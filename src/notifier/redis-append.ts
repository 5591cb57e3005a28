import { hash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import type { NewEvent } from '../contracts/event.ts';
import { execOrder } from '../contracts/exec-order.ts';
import { isRunEnd } from '../contracts/is-run-end.ts';
import { AGENT_END_TYPES } from '../contracts/names.ts';
import type { Appended, AppendStatus } from './event-log.ts';
import type { Prepared } from './group-commit.ts';
import { APPEND_SCRIPT } from './redis-append-script.ts';
import type { RedisKeys } from './redis-keys.ts';

type Value = string | number | Buffer;
type Append = { batonAppend(keyCount: number, ...args: Value[]): Promise<[answers: number[], fresh: number[]]> };

const REFUSALS: Record<string, AppendStatus> = { '0': 'duplicate', '-1': 'fenced', '-2': 'closed' };

/** Ids are long and there is one for every event: 96 bits of a hash tell them apart as well. */
function shortId(id: string): string {
  return hash('sha1', id, 'base64url').slice(0, 16);
}

function kindOf(event: NewEvent, ordered: boolean): string {
  if (isRunEnd(event)) return 'end';
  if (event.type === 'operator_action') return 'operator';
  // Said by the workflow, which cannot see whether the agent began.
  return event.type === 'agent_queued' && !ordered ? 'queued' : 'other';
}

/** What the script must know of an event besides its id and text; the same for most events of one attempt. */
function sortOf(event: NewEvent, run: number, outcome: number): (string | number)[] {
  const { generation, type, agent_run, final, run_id, at } = event;
  const order = agent_run === null ? undefined : execOrder(event);
  const kind = kindOf(event, order !== undefined);
  const closes = final && (AGENT_END_TYPES as readonly string[]).includes(type);
  const place = [order?.scheduled ?? '', order?.attempt ?? '', closes ? 1 : 0];
  const end = isRunEnd(event) ? [at, event.payload.status, outcome] : ['', '', 0];
  return [run, generation, kind, agent_run ?? '', ...place, run_id, ...end];
}

/** The values of the script: each sort of event once, then the outcomes, then the events. */
function valuesOf(prepared: Prepared[], runs: string[]): Value[] {
  const sorts = new Map<string, number>();
  const described: (string | number)[] = [];
  const outcomes: Buffer[] = [];
  const values: (string | number)[] = [];
  for (const { event, json, outcome } of prepared) {
    if (outcome) outcomes.push(Buffer.from(outcome));
    const sort = sortOf(event, runs.indexOf(event.workflow_id), outcome ? outcomes.length : 0);
    const key = sort.join('\n');
    const known = sorts.get(key) ?? sorts.size + 1;
    if (known > sorts.size) {
      sorts.set(key, known);
      described.push(...sort);
    }
    values.push(known, shortId(event.id), json);
  }
  return [sorts.size, outcomes.length, ...described, ...outcomes, ...values];
}

/** Appends groups of events, one script call per user. */
export function createRedisAppend(
  redis: Redis | Cluster,
  { keys, rememberSeconds }: { keys: RedisKeys; rememberSeconds: number },
) {
  redis.defineCommand('batonAppend', { lua: APPEND_SCRIPT });
  const registered = new Set<string>();
  const openField = ({ generation, workflow_id }: NewEvent) => `${generation} ${workflow_id}`;

  /**
   * Before its first event: were it after, a crash in between would leave a run that nobody looks after. Returns what was
   * registered now.
   */
  async function register(events: NewEvent[]): Promise<ReadonlySet<string>> {
    const fresh = new Map(events.filter((e) => !registered.has(openField(e))).map((e) => [openField(e), e]));
    if (fresh.size === 0) return new Set();
    await redis.sadd(keys.users, ...new Set([...fresh.values()].map(({ user_id }) => user_id)));
    for (const [field, { user_id: userId, run_id: runId, workflow_id: workflowId, at: startedAt }] of fresh) {
      await redis.hsetnx(keys.open, field, JSON.stringify({ userId, runId, workflowId, startedAt }));
      registered.add(field);
    }
    return new Set(fresh.keys());
  }

  /** A Redis that lost what it had knows neither a run under way nor that it was registered. */
  async function registerLost(events: NewEvent[]) {
    for (const event of events) registered.delete(openField(event));
    await register(events);
  }

  async function appendOfUser(userId: string, prepared: Prepared[], justNow: ReadonlySet<string>): Promise<Appended[]> {
    const runs = [...new Set(prepared.map(({ event }) => event.workflow_id))];
    const runKeys = runs.flatMap((workflowId) =>
      [keys.run, keys.ids, keys.end].map((keyOf) => keyOf(userId, workflowId)),
    );
    const all = [keys.stream(userId), keys.head(userId), ...runKeys];
    const [answers, fresh] = await (redis as unknown as Append).batonAppend(
      all.length,
      ...all,
      keys.wake(userId),
      rememberSeconds,
      ...valuesOf(prepared, runs),
    );
    const unknown = new Set(fresh.map((run) => runs[run]));
    const events = prepared.map(({ event }) => event);
    await registerLost(events.filter((event) => unknown.has(event.workflow_id) && !justNow.has(openField(event))));
    return answers.map((answer) =>
      answer > 0 ? { status: 'appended', seq: answer } : { status: REFUSALS[answer] as AppendStatus, seq: null },
    );
  }

  return async function append(prepared: Prepared[]): Promise<Appended[]> {
    const events = prepared.map(({ event }) => event);
    const justNow = await register(events);
    const byUser = Map.groupBy(prepared, ({ event }) => event.user_id);
    const results = new Map<Prepared, Appended>();
    const calls = [...byUser].map(async ([userId, own]) => {
      const appended = await appendOfUser(userId, own, justNow);
      own.forEach((one, index) => results.set(one, appended[index] as Appended));
    });
    await Promise.all(calls);
    const ended = events.filter(isRunEnd).map(openField);
    for (const field of ended) registered.delete(field);
    if (ended.length > 0) await redis.hdel(keys.open, ...ended);
    return prepared.map((one) => results.get(one) as Appended);
  };
}
