import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is neither false nor undefined; undefined when `timeoutMs` have passed. */
export async function waitUntil<T>(
  ask: () => T | Promise<T>,
  { timeoutMs, everyMs = 50 }: { timeoutMs: number; everyMs?: number },
): Promise<T | undefined> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() >= until) return undefined;
    await sleep(everyMs);
  }
}
