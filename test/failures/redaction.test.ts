import { expect } from '@jest/globals';
import { defineAgent, defineApp, definePlan, defineTool } from 'baton-agents';
import { testApp } from 'baton-agents/testing';
import { z } from 'zod';
import { faultTest } from '../support/fault-test.ts';

/** Each in another form, so that it is known where one came through. */
const SECRETS = ['ab1Thought', 'ab2Param', 'ab3Result', 'ab4Message', 'ab5Cause', 'ab6Question', 'ab7Log', 'ab8Own'];
const [THOUGHT, PARAM, RESULT, MESSAGE, CAUSE, QUESTION, LOG, OWN] = SECRETS;

const call = defineTool({
  name: 'call',
  effect: 'none',
  input: z.object({ dbPassword: z.string() }),
  output: z.object({ accessToken: z.string() }),
  run: () => ({ accessToken: `${RESULT}` }),
});

const leaky = defineAgent({
  name: 'leaky',
  input: z.object({}),
  output: z.object({}),
  tools: { call },
  retry: { maxAttempts: 2, initialIntervalMs: 1 },
  async run(_input, ctx) {
    ctx.think(`signing in with password=${THOUGHT}`);
    ctx.log.info(`tried --api-key ${LOG}`);
    await ctx.tools.call({ dbPassword: `${PARAM}` });
    throw new Error(`GET https://h/?api_key=${MESSAGE} failed`, {
      cause: new Error(`redis://:${CAUSE}@cache refused`),
    });
  },
});

const asking = defineAgent({
  name: 'asking',
  input: z.object({}),
  output: z.object({ done: z.boolean() }),
  async run(_input, ctx) {
    await ctx.ask({ id: 'ok', question: `Use client_secret=${QUESTION}?` });
    return { done: true };
  },
});

const plan = definePlan({ name: 'leaks', input: z.object({}) }, (p) => {
  p.step('leak', leaky, {}, { continueOnError: true });
  p.step('tell', asking, {});
});

const app = defineApp({
  agents: [leaky, asking],
  plans: [plan],
  workflows: new URL('../support/leaky-workflows.ts', import.meta.url),
});

faultTest(
  'what an agent lets slip reaches neither its feed nor its outcome nor the history of its run',
  {
    kind: 16,
    before:
      "The error of a plan's step, the message and cause of Temporal's failure and the question showed their secrets.",
    timeoutMs: 60_000,
  },
  async () => {
    await using t = await testApp(app);
    const planned = await t.run(plan, {}, { answers: () => 'approve' });
    const own = await t.run('leakyOwn', { secret: OWN });
    const { history } = await t.history(planned);
    const ownEvents = JSON.stringify([own.events, own.outcome]);
    const told = JSON.stringify([planned.events, planned.outcome, history]);
    const seen = SECRETS.filter((secret) => told.includes(secret) || ownEvents.includes(secret));
    expect(planned.outcome.status).toBe('completed_with_errors');
    expect(own.outcome.status).toBe('failed');
    expect(seen).toEqual([]);
    return `Of ${SECRETS.length} secrets that were let slip ${seen.length} are seen.`;
  },
);
