// Runs inside the workflow sandbox.
import { ApplicationFailure } from '@temporalio/common';
import type { DecisionMessage, Question } from '../../src/contracts/run-messages.ts';
import type { AgentOutcome, RunOutcome } from '../../src/contracts/run.ts';
import type { RunStart } from '../../src/contracts/run-start.ts';
import type { Undo } from '../../src/contracts/undo.ts';
import { openRun } from '../../src/workflows/open-run.ts';

export type Step =
  | { agent: string; input?: unknown; agentRun?: string; mustSucceed?: boolean }
  | { ask: Question }
  | { compensate: Undo }
  | { undo: true }
  | { fail: string };

/** Does one thing after the other, as a test says; the run's result is what the agents and questions came to. */
export async function scripted(
  start: RunStart<{ steps: Step[] }>,
): Promise<RunOutcome<(AgentOutcome | DecisionMessage)[]>> {
  const run = openRun(start, []);
  return run.finish(async () => {
    const result: (AgentOutcome | DecisionMessage)[] = [];
    for (const step of start.input.steps) {
      if ('fail' in step) throw ApplicationFailure.nonRetryable(step.fail);
      if ('compensate' in step) run.compensate(step.compensate);
      if ('undo' in step) await run.undo();
      if ('ask' in step) result.push(await run.ask(step.ask));
      if ('agent' in step) {
        const outcome = await run.agent(step.agent, step.input ?? {}, { agentRun: step.agentRun });
        if (step.mustSucceed && !outcome.success) throw ApplicationFailure.nonRetryable(`${step.agent} failed`);
        result.push(outcome);
      }
    }
    return { status: 'completed', summary: 'done', result };
  });
}
