// Runs inside the workflow sandbox.

type Options = {
  /** For each step the indices of the steps it waits for. */
  before: number[][];
  isSettled: (index: number) => boolean;
  maxParallel: number;
  runStep: (index: number) => Promise<void>;
  /** While true nothing new starts; once true it stays so. */
  holds: () => boolean;
};

/**
 * Runs steps in the order that their dependencies allow, at most so many at once. The work per step does not grow with
 * the number of steps. Resolves when nothing runs and nothing may start; a step that throws lets the others end first.
 *
 * @throws what the first failing `runStep` threw
 */
export function scheduleSteps({ before, isSettled, maxParallel, runStep, holds }: Options): Promise<void> {
  const open = before.map((list) => list.filter((index) => !isSettled(index)));
  const waiting = open.map((list) => list.length);
  const after = before.map((): number[] => []);
  open.forEach((list, index) => list.forEach((earlier) => after[earlier]?.push(index)));
  const ready = waiting.flatMap((count, index) => (count === 0 && !isSettled(index) ? [index] : []));
  let next = 0;
  let running = 0;
  let broken: { error: unknown } | undefined;

  return new Promise((resolve, reject) => {
    function release(index: number) {
      for (const later of after[index] ?? []) {
        waiting[later] = (waiting[later] as number) - 1;
        if (waiting[later] === 0) ready.push(later);
      }
    }

    async function start(index: number) {
      running += 1;
      try {
        await runStep(index);
        release(index);
      } catch (error) {
        broken ??= { error };
      }
      running -= 1;
      pump();
    }

    function pump() {
      while (!broken && running < maxParallel && next < ready.length && !holds()) {
        void start(ready[next] as number);
        next += 1;
      }
      if (running > 0) return;
      if (broken) reject(broken.error as Error);
      else resolve();
    }

    pump();
  });
}
