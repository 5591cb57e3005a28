import type { RunHandle } from '../client.ts';
import { BatonError } from '../contracts/baton-error.ts';
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

/** Somebody else was first, such as the test itself by the run's handle: theirs counts. */
function unlessDecided(error: unknown): void {
  if (!(error instanceof BatonError && error.code === 'already_decided')) throw error;
}

/**
 * Decides a question as the test wants it.
 *
 * @throws Error when nothing answers it, it does not expire before `until`, and nobody else can answer it (`alone`)
 */
export async function answerQuestion(
  run: RunHandle,
  question: AskedQuestion,
  { answers, until, alone }: { answers: Answers | undefined; until: number; alone: boolean },
): Promise<void> {
  const { approval_id, question: text, options, expires_at } = question;
  const answer = answerTo(question, answers);
  if (answer !== undefined) {
    const decision = typeof answer === 'string' ? { decision: answer } : answer;
    await run.decide({ ...decision, approval_id }).catch(unlessDecided);
    return;
  }
  // What a function leaves open is meant to expire.
  if (!alone || typeof answers === 'function' || Date.parse(expires_at) <= until) return;
  const remedy = `give it one, such as { answers: { '${approval_id}': '${options[0]}' } }`;
  throw new Error(`the run asks "${text}" (${approval_id}; ${options.join(', ')}) and has no answer: ${remedy}`);
}
