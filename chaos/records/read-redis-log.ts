import { Redis } from 'ioredis';
import type { LogLine } from './lines.ts';

const PREFIX = 'baton';
const PAGE = 1_000;

const usersOf = (keys: string[]) => keys.map((key) => decodeURIComponent(/\{(.*)\}/.exec(key)?.[1] ?? '')).toSorted();

/** The event log in a Redis server, by its raw streams: entry `N-0` of a user's stream is the event of number N. */
export async function readRedisLog(port: number, log: number): Promise<LogLine[]> {
  const redis = new Redis(port, '127.0.0.1', { commandTimeout: 20_000 });
  redis.on('error', () => undefined);
  const lines: LogLine[] = [];
  try {
    lines.push({ what: 'epoch', log, epoch: (await redis.get(`${PREFIX}:epoch`)) ?? '' });
    const listed = new Set(await redis.smembers(`${PREFIX}:users`));
    // Not by the list of users: one that is not on it has events all the same.
    for (const user of usersOf(await redis.keys(`${PREFIX}:{*}:events`))) {
      if (!listed.has(user)) lines.push({ what: 'unlisted', log, user });
      const key = `${PREFIX}:{${encodeURIComponent(user)}}`;
      lines.push({ what: 'head', log, user, head: Number((await redis.get(`${key}:head`)) ?? 0) });
      for (let after = '-'; ;) {
        const entries = await redis.xrange(`${key}:events`, after, '+', 'COUNT', PAGE);
        for (const [id, fields] of entries) {
          const [, run_id = '', , json = ''] = fields;
          lines.push({ what: 'event', log, user, seq: Number.parseInt(id), run_id, event: JSON.parse(json) });
        }
        if (entries.length < PAGE) break;
        after = `(${entries.at(-1)?.[0]}`;
      }
    }
    for (const pool of await redis.keys(`${PREFIX}:{leases}:places:*`)) {
      const held = await redis.zrange(pool, 0, '-1', 'WITHSCORES');
      for (let n = 0; n < held.length; n += 2)
        lines.push({ what: 'lease', log, pool, holder: held[n] ?? '', expires_at: Number(held[n + 1]) });
    }
    return lines;
  } finally {
    redis.disconnect();
  }
}
