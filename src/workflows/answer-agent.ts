// Runs inside the workflow sandbox.
import type { UnknownEffect } from '../contracts/agent-call.ts';
import type { DecisionMessage, Question } from '../contracts/run-messages.ts';
import type { AgentOutcome } from '../contracts/run.ts';
import type { CallEnd, CallOptions } from './call-agent.ts';

type Call = CallOptions['call'];
export type AskingEnd = Extract<CallEnd, { question: Question } | { effect: UnknownEffect }>;
type Answered = { call: Call } | { outcome: AgentOutcome };

type Options = {
  agent: string;
  call: Call;
  /** How often the agent has asked, with this time. */
  asked: number;
  ask: (question: Question, askedBy: string) => Promise<DecisionMessage>;
};

export const isAsking = (end: CallEnd): end is AskingEnd => end.question !== undefined || end.effect !== undefined;

export const attemptsOf = (end: AskingEnd): number => (end.question ? end.attempts : end.outcome.attempts);

const DONE = 'done';
const NOT_DONE = 'not_done';
const STOP = 'stop';

/** `done` needs the receipt as data: it is what the call would have returned to the agent. */
function questionAbout({ tool, call_id, parameters }: UnknownEffect, agent: string): Question {
  const shown = JSON.stringify(parameters)?.slice(0, 500) ?? '';
  return {
    question:
      `Did the call ${call_id} of ${tool} by ${agent} happen? Its worker was lost before it could tell. ` +
      `Parameters: ${shown}. "${DONE}" (give its result as data), "${NOT_DONE}" (it is called again) or "${STOP}".`,
    options: [DONE, NOT_DONE, STOP],
    onExpiry: STOP,
  };
}

/**
 * Asks the user what an agent asks that has ended so: its own question, or whether a call happened whose outcome nobody
 * knows. Gives the call with the answer, as it is to be made again, or how the agent ended where it is not. Nothing is
 * held while waiting.
 *
 * @throws CancelledFailure when the run is cancelled
 */
export async function answerAgent(ended: AskingEnd, { agent, call, asked, ask }: Options): Promise<Answered> {
  const { agent_run, answers = [], effect_answers = [] } = call;
  const id = `${agent_run}.${asked}`;
  if (ended.question) {
    const answer = await ask({ ...ended.question, id }, agent_run);
    return { call: { ...call, answers: [...answers, answer] } };
  }
  const { decision, data } = await ask({ ...questionAbout(ended.effect, agent), id }, agent_run);
  if (decision === STOP) {
    ended.tellEnd();
    return { outcome: ended.outcome };
  }
  const { idempotency_key, incarnation } = ended.effect;
  const asking = { idempotency_key, incarnation };
  const answer =
    decision === DONE
      ? { ...asking, happened: 'done' as const, receipt: data }
      : { ...asking, happened: 'not_done' as const };
  return { call: { ...call, effect_answers: [...effect_answers, answer] } };
}
