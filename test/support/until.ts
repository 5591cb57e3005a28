import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until the answer satisfies, for what nobody reports when it changes; throws after a minute. */
export async function until<T>(ask: () => T | Promise<T>, satisfies: (answer: T) => boolean = Boolean): Promise<T> {
  const givesUpAt = performance.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    if (performance.now() > givesUpAt) throw new Error(`still ${JSON.stringify(answer)?.slice(0, 500)}`);
    await sleep(20);
  }
}
