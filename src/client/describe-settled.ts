import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;

type Options<Description> = {
  describe: () => Promise<Description>;
  /** Whether this is what will be otherwise in a moment. */
  isClosing: (described: Description) => boolean;
  patienceMs: number;
};

/**
 * What Temporal says of a workflow once that has closed, or when the patience is over. A workflow tells its end in the
 * feed just before it closes: whoever comes on that word is a moment early, and waits.
 */
export async function describeSettled<Description>({
  describe,
  isClosing,
  patienceMs,
}: Options<Description>): Promise<Description> {
  const givesUpAt = performance.now() + patienceMs;
  for (;;) {
    const described = await describe();
    if (!isClosing(described) || performance.now() > givesUpAt) return described;
    await sleep(LOOK_EVERY_MS);
  }
}
