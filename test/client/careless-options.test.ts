import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { defineAgent, defineApp, definePlan, defineTool } from 'baton-agents';
import { connect } from 'baton-agents/client';
import { connectFeed } from 'baton-agents/feed';
import { cannedAgent, testApp, type TestApp } from 'baton-agents/testing';
import { createWorker } from 'baton-agents/worker';
import { z } from 'zod';
import { faultTest } from '../support/fault-test.ts';
import { misspelling } from '../support/odd-workflows.ts';

const any = z.any();
const echo = defineAgent({ name: 'echo', input: any, output: any, run: (input) => input });
const base = { name: 'a', input: any, output: any, run: () => 1 };
const tool = { ...base, effect: 'none' };

let t: TestApp;
beforeAll(async () => {
  t = await testApp(defineApp({ agents: [echo], workflows: new URL('../support/odd-workflows.ts', import.meta.url) }));
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
    [() => defineTool({ ...tool, rateLimit: null } as never), 'tool a: rateLimit must be an object'],
    [() => defineTool({ ...tool, reconcile: 'x' } as never), 'tool a: reconcile must be a function'],
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

faultTest(
  'an option whose name is misspelled is refused with the nearest name, at every door',
  {
    kind: 21,
    before:
      'Of 24 options 20, such as `timeOutMs`, were taken and ignored without a word, and one call did not answer.',
    timeoutMs: 30_000,
  },
  async () => {
    const client = await t.client();
    const run = await client.start('runAgent', { agent: 'echo', input: 1 });
    await run.result();
    const plan = (more: object, step: object = {}) =>
      definePlan({ name: 'p', input: any, ...more }, (p) => void p.step('a', echo, 1, step));
    const feed = { url: 'http://127.0.0.1:9', token: 'abc', WebSocket: class {} as never };
    const calls: [work: () => unknown, name: string, nearest: string][] = [
      [() => defineAgent({ ...base, timeOutMs: 1 } as never), 'timeOutMs', 'timeoutMs'],
      [() => defineAgent({ ...base, retry: { maxAttemps: 1 } } as never), 'maxAttemps', 'maxAttempts'],
      [() => defineAgent({ ...base, concurrency: { peruser: 1 } } as never), 'peruser', 'perUser'],
      [() => defineAgent({ ...base, isolate: { module: import.meta.url, heapMB: 64 } } as never), 'heapMB', 'heapMb'],
      [() => defineTool({ ...tool, compensates: () => 1 } as never), 'compensates', 'compensate'],
      [() => defineTool({ ...tool, rateLimit: { calls: 1, perMs: 1, perMS: 2 } } as never), 'perMS', 'perMs'],
      [() => defineApp({ agents: [], plan: [] } as never), 'plan', 'plans'],
      [() => plan({ maxparallel: 2 }), 'maxparallel', 'maxParallel'],
      [() => plan({}, { timeoutMS: 2 }), 'timeoutMS', 'timeoutMs'],
      [() => plan({}, { retry: { maxAttempt: 2 } }), 'maxAttempt', 'maxAttempts'],
      [() => plan({}, { compensate: { agent: echo, inputs: 1 } }), 'inputs', 'input'],
      [() => cannedAgent(echo, { result: 1, thought: ['x'] } as never), 'thought', 'thoughts'],
      [() => connect({ user: 'a', taskqueue: 'x' } as never), 'taskqueue', 'taskQueue'],
      [() => connectFeed({ ...feed, runID: 'x' } as never).close(), 'runID', 'runId'],
      [() => createWorker({ taskqueue: 'x' } as never), 'taskqueue', 'taskQueue'],
      [() => testApp(defineApp({ agents: [] }), { adress: 'x' } as never), 'adress', 'address'],
      [
        () => client.start('runAgent', { agent: 'echo', input: 1 }, { timeOutMs: 1 } as never),
        'timeOutMs',
        'timeoutMs',
      ],
      [() => client.startNamed('runAgent', { agent: 'echo', input: 1 }, { runID: 'x' } as never), 'runID', 'runId'],
      [() => client.runs({ tread: 'x' } as never), 'tread', 'thread'],
      [() => client.stats({ limits: 5 } as never), 'limits', 'limit'],
      [() => first(run.events({ afer: 3 } as never)), 'afer', 'after'],
      [() => run.retry({ fromstep: 'x' } as never), 'fromstep', 'fromStep'],
      [() => run.cancel({ reasons: 'x' } as never), 'reasons', 'reason'],
      [() => run.decide({ approvalId: 'x', decision: 'y' } as never), 'approvalId', 'approval_id'],
    ];
    const said = await Promise.all(calls.map(([work]) => saidBy(work)));
    const refused = (name: string, nearest: string) => `must not have an option "${name}"; did you mean ${nearest}?`;
    expect(
      said.filter((text, index) => !text.endsWith(refused(calls[index]?.[1] ?? '', calls[index]?.[2] ?? ''))),
    ).toEqual([]);
    const { result } = await t.run(misspelling, {});
    expect(result).toEqual([
      `agent echo: the options of its call ${refused('agentrun', 'agentRun')}`,
      `agent echo: the limits of its call ${refused('timeOutMs', 'timeout_ms')}`,
      `question approval-1: it ${refused('option', 'options')}`,
      `undo ${refused('off', 'of')}`,
    ]);
    return `All ${said.length + 4} are refused with the nearest name.`;
  },
);

test('an option that is undefined counts as absent, and one that resembles nothing gets the whole list', async () => {
  expect(defineAgent({ ...base, timeOutMs: undefined } as never)).toMatchObject({ name: 'a' });
  expect(await saidBy(() => t.client().then((client) => client.stats({ colour: 'red' } as never)))).toBe(
    'stats: its options must not have an option "colour"; it takes limit, cursor',
  );
});
