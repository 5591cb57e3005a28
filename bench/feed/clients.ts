import type { NewEvent } from '../../src/contracts/event.ts';
import type { Settings, System } from './systems/system.ts';

/** Clients that connect at once; more would measure the listening queue. */
const AT_ONCE = 50;

/** The first of the events are left out of the latencies: code that has not run yet is slow. */
const WARM_UP = 0.2;

type Client = { userId: string; times: Map<number, number>; doubled: number; disordered: number; last: number };

export type Received = { latencies: number[]; expected: number; lost: number; doubled: number; disordered: number };

/** The clients of one process. Each counts what it gets by the events' numbers. */
export function createClients(settings: Settings, system: System) {
  const clients: Client[] = [];
  let idle: NodeJS.Timeout | undefined;

  function count(client: Client, { payload }: NewEvent) {
    const now = process.hrtime.bigint();
    const { step_number: n, reasoning } = payload as { step_number: number; reasoning: string };
    if (client.times.has(n)) client.doubled += 1;
    else client.times.set(n, Number(now - BigInt(reasoning)) / 1e6);
    if (n < client.last) client.disordered += 1;
    client.last = n;
    idle?.refresh();
  }

  async function connect({ users, resumes }: { users: string[]; resumes: boolean }): Promise<void> {
    const todo = users.map((userId) => ({ userId, times: new Map(), doubled: 0, disordered: 0, last: -1 }));
    clients.push(...todo);
    while (todo.length > 0) {
      const some = todo.splice(0, AT_ONCE);
      await Promise.all(
        some.map((client) =>
          system.connect(settings, {
            userId: client.userId,
            resumes,
            onEvent: (event) => count(client, event),
          }),
        ),
      );
    }
  }

  /** Waits until nothing has come for `idleMs`, and compares with what was published to `users` in turn. */
  async function received(options: { users: string[]; published: number; idleMs: number }): Promise<Received> {
    const { users, published, idleMs } = options;
    const quiet = Promise.withResolvers<void>();
    idle = setTimeout(quiet.resolve, idleMs);
    await quiet.promise;
    const turnOf = new Map(users.map((userId, turn) => [userId, turn]));
    const due = (n: number, { userId }: Client) => n % users.length === turnOf.get(userId);
    const numbers = Array.from({ length: published }, (_, n) => n);
    const expected = clients.map((client) => numbers.filter((n) => due(n, client)));
    const sum = (pick: (client: Client, index: number) => number) =>
      clients.reduce((total, client, index) => total + pick(client, index), 0);
    return {
      latencies: clients.flatMap(({ times }) =>
        [...times].flatMap(([n, time]) => (n < published * WARM_UP ? [] : time)),
      ),
      expected: sum((_, index) => expected[index]?.length ?? 0),
      lost: sum(({ times }, index) => expected[index]?.filter((n) => !times.has(n)).length ?? 0),
      doubled: sum(({ doubled }) => doubled),
      disordered: sum(({ disordered }) => disordered),
    };
  }

  return {
    connect,
    /** Events that have come so far, over all clients. */
    seen: async () => clients.reduce((total, { times }) => total + times.size, 0),
    received,
  };
}
