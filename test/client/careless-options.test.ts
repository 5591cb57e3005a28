import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { defineAgent, defineApp, definePlan, defineTool } from 'baton-agents';
import { connect } from 'baton-agents/client';
import { testApp, type TestApp } from 'baton-agents/testing';
import { z } from 'zod';
import { faultTest } from '../support/fault-test.ts';

const any = z.any();
const echo = defineAgent({ name: 'echo', input: any, output: any, run: (input) => input });
const base = { name: 'a', input: any, output: any, effect: 'none', run: () => 1 };

let t: TestApp;
beforeAll(async () => {
  t = await testApp(defineApp({ agents: [echo] }));
});
afterAll(() => t.stop());

/** How long a call may take that has nothing to do but to refuse, in milliseconds. */
const WITHIN_MS = 3_000;

async function saidBy(work: () => unknown): Promise<string> {
  const { promise: late, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve(`silent for ${WITHIN_MS} ms`), WITHIN_MS);
  const said = (async () => {
    await work();
    return 'taken';
  })().catch((error: unknown) => (error as Error).message);
  return Promise.race([said, late]).finally(() => clearTimeout(timer));
}

const first = async (events: AsyncIterable<unknown>) => {
  for await (const event of events) return event;
  return undefined;
};

faultTest(
  'a client refuses options of another kind than it takes, by their name and at once',
  {
    kind: 25,
    before: 'Of 14 calls 1 was taken and 3 did not answer; the others were TypeErrors such as "reading \'by\'".',
    timeoutMs: 30_000,
  },
  async () => {
    const client = await t.client();
    const run = await client.start('runAgent', { agent: 'echo', input: 1 });
    await run.result();
    const calls: [work: (odd: never) => unknown, odd: unknown, named: RegExp][] = [
      [(odd) => client.start('runAgent', { agent: 'echo', input: 1 }, odd), null, /^the options of a start must be/],
      [(odd) => client.start('runAgent', { agent: 'echo', input: 1 }, odd), 'x', /^the options of a start must be/],
      [(odd) => client.startNamed(odd, {}), null, /^the name of a workflow must be text, not null/],
      [(odd) => client.startNamed(odd, {}), 5, /^the name of a workflow must be text, not number/],
      [(odd) => client.runs(odd), { thread: 5 }, /^runs: thread must be text/],
      [(odd) => client.runs(odd), { thread: 'a\u0000b' }, /^runs: thread must be printable/],
      [(odd) => client.runs(odd), { since: 'yesterday' }, /^runs: since must be a Date/],
      [(odd) => first(run.events(odd)), { after: Number.NaN }, /^events: after must be a whole number/],
      [(odd) => first(run.events(odd)), { after: 'x' }, /^events: after must be a whole number/],
      [(odd) => run.terminate(odd), undefined, /^what ends a run/],
      [(odd) => run.retry(odd), null, /^the options of a retry must be/],
      [(odd) => run.decide(odd), null, /^a decision must be an object/],
      [(odd) => connect(odd), null, /^connect: its options must be an object/],
      [(odd) => connect(odd), { user: 'a', dataDir: 5 }, /^connect: dataDir must be text/],
    ];
    const said = await Promise.all(calls.map(([work, odd]) => saidBy(() => work(odd as never))));
    expect(said.filter((text, index) => !calls[index]?.[2].test(text))).toEqual([]);
    return `All ${said.length} are refused with the name of what is wrong.`;
  },
);

test('definitions say which part of them is of another kind', async () => {
  const options: [work: () => unknown, named: string][] = [
    [() => defineAgent(null as never), 'the definition of an agent must be an object, not null'],
    [() => defineAgent({ ...base, retry: null } as never), 'agent a: retry must be an object, not null'],
    [() => defineAgent({ ...base, retry: { on: 'x' } } as never), 'agent a: retry.on must be a list'],
    [() => defineAgent({ ...base, tools: { x: 5 } } as never), 'agent a: tools.x must be what defineTool returns'],
    [() => defineAgent({ ...base, name: 'then' }), 'agent name "then" cannot be called in a workflow'],
    [() => defineTool({ ...base, rateLimit: null } as never), 'tool a: rateLimit must be an object'],
    [() => defineTool({ ...base, reconcile: 'x' } as never), 'tool a: reconcile must be a function'],
    [() => defineApp({ agents: 'x' } as never), 'app: agents must be a list'],
    [() => defineApp({ agents: [echo, 5] } as never), 'app: agents[1] must be what defineAgent returns'],
    [() => defineApp({ agents: [], plans: [5] } as never), 'app: plans[0] must be what definePlan returns'],
    [() => definePlan({ name: 'p', input: any }, 5 as never), 'plan p: what adds its steps must be a function'],
    [
      () => definePlan({ name: 'p', input: any }, (p) => void p.step('a', null as never, 1 as never)),
      'plan p: step a: agent must be an object, not null',
    ],
  ];
  const said = await Promise.all(options.map(([work]) => saidBy(work)));
  expect(said.filter((text, index) => !text.includes(options[index]?.[1] ?? ''))).toEqual([]);
});
