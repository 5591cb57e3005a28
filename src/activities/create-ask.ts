import { BatonError } from '../contracts/baton-error.ts';
import { notJson } from '../contracts/json-faults.ts';
import { questionFault } from '../contracts/question-fault.ts';
import type { DecisionMessage, Question } from '../contracts/run-messages.ts';

/**
 * Makes `ctx.ask`. An answer that is there already is given; without one the attempt ends with the question, and the
 * agent is run again once it is answered. Waiting would hold a worker's slot, and die with the worker.
 */
export function createAsk(answers: readonly DecisionMessage[] = []) {
  const { promise: asked, resolve } = Promise.withResolvers<Question>();
  const stopping = new AbortController();
  let n = 0;

  async function ask(question: Question): Promise<DecisionMessage> {
    const fault = questionFault(question) ?? notJson(question, ['question']);
    if (fault) throw new BatonError('InvalidInput', `ctx.ask: ${fault}`);
    const answer = answers[n];
    n += 1;
    if (answer) return answer;
    resolve(question);
    stopping.abort(new Error('the agent waits for an answer of its user'));
    // Never settles: nothing after the question may run before it is answered.
    return new Promise(() => undefined);
  }

  const signal: AbortSignal = stopping.signal;
  return { ask, asked, signal };
}
