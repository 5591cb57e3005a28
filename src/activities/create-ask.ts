import type { DecisionMessage, Question } from '../contracts/run-messages.ts';

/**
 * Makes `ctx.ask`. An answer that is there already is given; without one the attempt ends with the question, and the
 * agent is run again once it is answered. Waiting would hold a worker's slot, and die with the worker.
 */
export function createAsk(answers: readonly DecisionMessage[] = []) {
  const { promise: asked, resolve } = Promise.withResolvers<Question>();
  const stopping = new AbortController();
  let n = 0;

  function ask(question: Question): Promise<DecisionMessage> {
    const answer = answers[n];
    n += 1;
    if (answer) return Promise.resolve(answer);
    resolve(question);
    stopping.abort(new Error('the agent waits for an answer of its user'));
    // Never settles: nothing after the question may run before it is answered.
    return new Promise(() => undefined);
  }

  const signal: AbortSignal = stopping.signal;
  return { ask, asked, signal };
}
