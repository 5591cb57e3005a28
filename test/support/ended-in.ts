import type { RunHandle } from '../../src/client.ts';
import type { RunOutcome } from '../../src/contracts/run.ts';
import type { TestApp } from '../../src/testing/test-app.ts';

/** Outcome of a run and how long it was waited for; without an outcome, and terminated, where it has not ended in time. */
export async function endedIn(
  { temporal }: Pick<TestApp, 'temporal'>,
  run: RunHandle,
  waitMs = 60_000,
): Promise<Partial<RunOutcome> & { ms: number }> {
  const from = performance.now();
  const late = new Promise<undefined>((resolve) => void setTimeout(resolve, waitMs, undefined).unref());
  const outcome = await Promise.race([run.result(), late]);
  if (!outcome) await temporal.workflow.getHandle(run.workflowId).terminate('its test has seen enough');
  return { ...outcome, ms: Math.round(performance.now() - from) };
}
