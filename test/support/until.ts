import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until the answer satisfies; the test's own limit ends it. For what tells nobody when it changes. */
export async function until<T>(ask: () => Promise<T>, satisfies: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    await sleep(20);
  }
}
