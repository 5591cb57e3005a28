// Runs inside the workflow sandbox. Bundled by `baton doctor` alone.
import { proxyActivities, sleep } from '@temporalio/workflow';

/** Waits once and does `steps` empty steps; returns what each took by the workflow's clock, in milliseconds. */
export async function doctorProbe({
  waitMs,
  steps,
}: {
  waitMs: number;
  steps: number;
}): Promise<{ timer: number; step: number }> {
  const { noop } = proxyActivities<{ noop(): Promise<void> }>({ startToCloseTimeout: '10 seconds' });
  const waitFrom = Date.now();
  await sleep(waitMs);
  const stepsFrom = Date.now();
  for (let n = 0; n < steps; n += 1) await noop();
  return { timer: stepsFrom - waitFrom, step: (Date.now() - stepsFrom) / steps };
}
