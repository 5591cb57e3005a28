import { Problem } from './problem.ts';

type Options = {
  /** How many are worked on at once, of all users together; of each user one. */
  atOnce: number;
  /** How many of one user may wait. @default 50 */
  waitingPerUser?: number;
};

/**
 * Lets heavy work of many users take turns: each user has one piece under way, and whoever has waited longest is next,
 * however much another user has sent.
 *
 * @throws Problem `rate_limited` where too much of this user waits already
 */
export function createTurns({ atOnce, waitingPerUser = 50 }: Options) {
  /** In the order of the users' turns. */
  const waiting = new Map<string, (() => Promise<void>)[]>();
  const busy = new Set<string>();

  function begin() {
    for (const [user, [work, ...rest]] of waiting) {
      if (busy.size >= atOnce) return;
      if (busy.has(user) || !work) continue;
      waiting.delete(user);
      if (rest.length > 0) waiting.set(user, rest);
      busy.add(user);
      void work().then(() => {
        busy.delete(user);
        begin();
      });
    }
  }

  return function inTurn<Output>(user: string, work: () => Promise<Output>): Promise<Output> {
    const queue = waiting.get(user) ?? [];
    if (queue.length >= waitingPerUser) {
      const detail = `${queue.length} of your requests wait for the same work; wait for their answers`;
      throw new Problem({ code: 'rate_limited', detail, headers: { 'retry-after': '5' } });
    }
    const { promise, resolve, reject } = Promise.withResolvers<Output>();
    waiting.set(user, [...queue, () => work().then(resolve, reject)]);
    begin();
    return promise;
  };
}
