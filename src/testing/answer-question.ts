import type { RunHandle } from '../client.ts';
import type { BatonEvent } from '../contracts/event.ts';
import type { DecisionMessage } from '../contracts/run-messages.ts';

/** A question of a run, as its user sees it. */
export type AskedQuestion = Extract<BatonEvent, { type: 'approval_requested' }>['payload'];

/** An option, or an option with what goes along. */
export type Answer = string | (Pick<DecisionMessage, 'decision'> & Partial<DecisionMessage>);

/**
 * What the user decides: one option for every question, one by the question's id, or what a function says; a question
 * without an answer waits for its expiry.
 */
export type Answers = string | Record<string, string> | ((question: AskedQuestion) => Answer | undefined);

function answerTo(question: AskedQuestion, answers: Answers | undefined): Answer | undefined {
  if (typeof answers === 'function') return answers(question);
  return typeof answers === 'object' ? answers[question.approval_id] : answers;
}

/**
 * Decides a question as the test wants it.
 *
 * @throws Error when nothing answers it and it does not expire while the test waits
 */
export async function answerQuestion(
  run: RunHandle,
  question: AskedQuestion,
  { answers, until }: { answers: Answers | undefined; until: number },
): Promise<void> {
  const { approval_id, question: text, options, expires_at } = question;
  const answer = answerTo(question, answers);
  if (answer !== undefined) {
    const decision = typeof answer === 'string' ? { decision: answer } : answer;
    await run.decide({ ...decision, approval_id });
    return;
  }
  if (Date.parse(expires_at) <= until) return;
  const remedy = `give it one, such as { answers: { '${approval_id}': '${options[0]}' } }`;
  throw new Error(`the run asks "${text}" (${approval_id}; ${options.join(', ')}) and has no answer: ${remedy}`);
}
