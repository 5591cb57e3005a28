// Entry of the tests' workflow bundle: Baton's own workflows and one that runs a single agent.
import type { RunOutcome } from '../../src/contracts/run.ts';
import type { RunStart } from '../../src/contracts/run-start.ts';
import { openRun } from '../../src/workflows/open-run.ts';

export * from '../../src/workflows/index.ts';

/** Runs one agent and ends as it did; the orchestration is the least there can be. */
export async function oneAgent(start: RunStart<{ agent: string; input: unknown }>): Promise<RunOutcome<unknown>> {
  const { agent, input } = start.input;
  const run = openRun(start, [agent]);
  return run.finish(async () => {
    const outcome = await run.agent(agent, input);
    if (outcome.success) return { status: 'completed', summary: 'done', result: outcome };
    return { status: 'completed_with_errors', summary: outcome.error?.message ?? '', result: outcome };
  });
}
