// Runs inside the workflow sandbox.
import type { UnknownEffect } from '../contracts/agent-call.ts';
import type { DecisionMessage, Question } from '../contracts/run-messages.ts';
import type { AgentOutcome } from '../contracts/run.ts';
import { callAgent, type CallOptions } from './call-agent.ts';

type Options = CallOptions & {
  ask: (question: Question, askedBy: string) => Promise<DecisionMessage>;
  /** What an agent that is about to start must wait for, if there is anything. */
  held?: () => Promise<void> | undefined;
};

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
 * Runs an agent until it ends, asking the user what it asks: its own questions, and whether a call happened whose
 * outcome nobody knows. Each answer is a new execution of the same `agent_run`; nothing is held while waiting.
 *
 * @throws CancelledFailure when the run is cancelled, after the agent has stopped
 */
export async function answerAgent({ ask, held, ...options }: Options): Promise<AgentOutcome> {
  let { call } = options;
  for (let asked = 1; ; asked += 1) {
    // Awaited only where there is something: each promise of a workflow costs a stack trace.
    const wait = held?.();
    if (wait) await wait;
    const ended = await callAgent({ ...options, call });
    const { agent_run, answers = [], effect_answers = [] } = call;
    const id = `${agent_run}.${asked}`;
    if (ended.question) {
      const answer = await ask({ ...ended.question, id }, agent_run);
      call = { ...call, answers: [...answers, answer] };
    } else if (ended.effect) {
      const { decision, data } = await ask({ ...questionAbout(ended.effect, options.agent), id }, agent_run);
      const { idempotency_key } = ended.effect;
      if (decision === STOP) {
        ended.tellEnd();
        return ended.outcome;
      }
      const answer =
        decision === DONE
          ? { idempotency_key, happened: 'done' as const, receipt: data }
          : { idempotency_key, happened: 'not_done' as const };
      call = { ...call, effect_answers: [...effect_answers, answer] };
    } else {
      return ended.outcome;
    }
  }
}
