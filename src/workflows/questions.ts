// Runs inside the workflow sandbox.
import { ApplicationFailure } from '@temporalio/workflow';
import { RUN_BOUNDS } from '../contracts/run-bounds.ts';
import type { DecisionMessage, Question } from '../contracts/run-messages.ts';
import type { Approvals } from './approvals.ts';
import { bytesOf } from './schedule-budget.ts';
import type { Turns } from './turns.ts';

type Ask = Approvals['ask'];

/** Asks by `ask`, so that a run has no more questions open at once than it may have; the others wait in order. */
export function boundQuestions({ version, ask, turns }: { version: 1 | 2; ask: Ask; turns: Turns }): Ask {
  if (version === 1) return ask;
  return async function askInTurn(question: Question, askedBy): Promise<DecisionMessage> {
    const bytes = bytesOf(question);
    if (bytes > RUN_BOUNDS.questionBytes) {
      const message = `a question may have ${RUN_BOUNDS.questionBytes} bytes as JSON, not ${bytes}`;
      throw ApplicationFailure.nonRetryable(message, 'InvalidInput');
    }
    const turn = turns.take(bytes);
    if (turn) await turn;
    try {
      return await ask(question, askedBy);
    } finally {
      turns.leave();
    }
  };
}
