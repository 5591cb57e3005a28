import { Cluster, type ChainableCommander, type Redis } from 'ioredis';
import { BatonError } from '../contracts/baton-error.ts';
import { LOG_UNAVAILABLE } from '../contracts/unavailable.ts';
import { infoField, type RedisLook } from './redis-incarnation.ts';

/** How long a replica may take to confirm a write, in milliseconds; then whoever wrote must ask again. */
const CONFIRM_MS = 1_000;

/** Writes that share one confirmation at most. */
const MAX_GROUP = 200;

type Write = { name: string; keys: readonly string[]; values: readonly (string | number)[]; look: RedisLook };
type Waiting = Write & { resolve: (answer: unknown) => void; reject: (error: unknown) => void };
type Answers = [Error | null, unknown][];

/** What a write answers where the server is not as it was when it was looked at: another master, or with a replica now. */
export const OTHER_MASTER = Symbol('other master');

function unconfirmed(command: string): BatonError {
  const message = `the effect ledger in Redis is not safe: no replica confirmed a write within ${CONFIRM_MS} ms (${command})`;
  const remedy =
    'bring the replica back (with appendonly, if the master has it), or say that there is to be none by HDEL baton:incarnation replicated';
  return new BatonError('NetworkError', `${message}; ${remedy}`, { code: LOG_UNAVAILABLE });
}

function isConfirmed(answer: unknown): boolean {
  return (Array.isArray(answer) ? answer : [answer]).every((count) => Number(count) >= 1);
}

/** Whether two writes may share a confirmation. */
function isAlike(a: RedisLook, b: RedisLook): boolean {
  return a.replication === b.replication && a.confirm.join() === b.confirm.join();
}

/**
 * Writes that count only once a replica has them, where there is one: a master that fails right after it answered would
 * take them along. On a connection of its own, since waiting for a replica holds up everything that is sent after it.
 * Writes that come meanwhile share the next confirmation; in a cluster each has its own.
 *
 * @throws BatonError code `log_unavailable` where no replica confirmed in time: the write may be there all the same
 */
export function createConfirmedWrites(redis: Redis | Cluster, scripts: Record<string, string>) {
  let connection: Redis | Cluster | undefined;
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;

  function connected(): Redis | Cluster {
    if (connection) return connection;
    connection = redis instanceof Cluster ? redis.duplicate() : redis.duplicate();
    connection.on('error', () => undefined);
    for (const [name, lua] of Object.entries(scripts)) connection.defineCommand(name, { lua });
    return connection;
  }

  async function send(group: Waiting[]) {
    const [{ look }] = group as [Waiting];
    const pipeline = connected().pipeline();
    for (const { name, keys, values } of group) {
      const command = (pipeline as unknown as Record<string, (...args: unknown[]) => ChainableCommander>)[name];
      command?.call(pipeline, keys.length, ...keys, ...values);
    }
    // In the same pipeline, and so of the same server: the connection may be another one than that of the look.
    pipeline.info('replication');
    if (look.confirm.length > 0) pipeline.call(...(look.confirm as [string, ...string[]]), String(CONFIRM_MS));
    const answers = ((await pipeline.exec()) ?? []) as Answers;
    const [infoAnswer, confirmation] = answers.slice(group.length);
    const failed = infoAnswer?.[0] ?? confirmation?.[0];
    const info = String(infoAnswer?.[1]);
    const isMaster = infoField(info, 'master_replid') === look.replication && infoField(info, 'role') === 'master';
    // The next look knows of a replica that came after this one.
    const isSame = isMaster && (look.confirm.length > 0 || infoField(info, 'connected_slaves') === '0');
    const isSafe = look.confirm.length === 0 || (confirmation !== undefined && isConfirmed(confirmation[1]));
    group.forEach(({ resolve, reject }, index) => {
      const [error, answer] = answers[index] ?? [new Error('Connection is closed.')];
      if (error ?? failed) reject(error ?? failed);
      else if (!isSame) resolve(OTHER_MASTER);
      else if (!isSafe) reject(unconfirmed(look.confirm.join(' ')));
      else resolve(answer);
    });
  }

  function takeGroup(): Waiting[] {
    const [first] = waiting as [Waiting];
    const alike = waiting.filter(({ look }) => isAlike(look, first.look));
    const taken = new Set(alike.slice(0, redis instanceof Cluster ? 1 : MAX_GROUP));
    waiting = waiting.filter((each) => !taken.has(each));
    return [...taken];
  }

  async function run() {
    while (waiting.length > 0) {
      const group = takeGroup();
      await send(group).catch((error: unknown) => group.forEach(({ reject }) => reject(error)));
    }
    running = undefined;
  }

  return {
    write(write: Write): Promise<unknown> {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      waiting.push({ ...write, resolve, reject });
      running ??= run();
      return promise;
    },
    close: () => connection?.disconnect(),
  };
}
