import { expect, test } from '@jest/globals';
import { defineAgent, defineApp, definePlan, defineTool } from 'baton-agents';
import { testApp } from 'baton-agents/testing';
import { z } from 'zod';
import { sinceOf } from '../../src/cli/since-of.ts';
import { faultTest } from '../support/fault-test.ts';

const FORTY_DAYS_MS = 40 * 24 * 3_600_000;
const BAD = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e15, '5' as never];

const common = { input: z.object({}), output: z.object({ done: z.boolean() }) };
const agent = (more: object) => () => defineAgent({ name: 'slow', ...common, run: () => ({ done: true }), ...more });
const tool = (more: object) => () =>
  defineTool({ name: 'call', effect: 'none', ...common, run: () => ({ done: true }), ...more });
const slow = agent({})();
const plan =
  (more: object, planned: object = {}) =>
  () =>
    definePlan({ name: 'p', input: z.object({}), ...planned }, (p) => void p.step('a', slow, {}, more));

/** What takes a number, and the name that its refusal must say. */
const DOORS: [name: string, door: (value: number) => () => unknown][] = [
  ['timeoutMs', (value) => agent({ timeoutMs: value })],
  ['heartbeatTimeoutMs', (value) => agent({ heartbeatTimeoutMs: value })],
  ['retry.maxAttempts', (value) => agent({ retry: { maxAttempts: value } })],
  ['retry.initialIntervalMs', (value) => agent({ retry: { initialIntervalMs: value } })],
  ['retry.maxIntervalMs', (value) => agent({ retry: { maxIntervalMs: value } })],
  ['retry.backoff', (value) => agent({ retry: { backoff: value } })],
  ['concurrency.total', (value) => agent({ concurrency: { total: value } })],
  ['isolate.heapMb', (value) => agent({ isolate: { module: import.meta.url, heapMb: value } })],
  ['timeoutMs', (value) => tool({ timeoutMs: value })],
  ['rateLimit.calls', (value) => tool({ rateLimit: { calls: value, perMs: 1 } })],
  ['rateLimit.perMs', (value) => tool({ rateLimit: { calls: 1, perMs: value } })],
  ['timeout', (value) => plan({ timeoutMs: value })],
  ['attempts', (value) => plan({ retry: { maxAttempts: value } })],
  ['timeout', (value) => plan({}, { timeoutMs: value })],
  ['parallel', (value) => plan({}, { maxParallel: value })],
];

function messageOf(work: () => unknown): string {
  try {
    work();
    return 'taken';
  } catch (error) {
    return error instanceof TypeError ? error.message : `${String(error)} is no TypeError`;
  }
}

faultTest(
  'every limit of an agent, tool or plan is refused where it is given, by its name, unless it is in its range',
  {
    kind: 21,
    before:
      'Of 90 bad limits 18 were taken, among them 0 and -1 of a tool and 31,710 years of an agent; 28 more were refused without their name.',
  },
  async () => {
    const said = DOORS.flatMap(([name, door]) =>
      BAD.map((value) => ({ name, value, message: messageOf(door(value)) })),
    );
    const unclear = said.filter(({ name, message }) => !message.toLowerCase().includes(name.toLowerCase()));
    expect(unclear).toEqual([]);
    return `Of ${said.length} bad limits all are refused by name, with the range.`;
  },
);

test('a refusal says the value and the range', () => {
  expect(agent({ timeoutMs: 1e15 })).toThrow(
    'agent slow: timeoutMs must be a number of milliseconds above 0 and at most 31622400000 (366 days), not 1000000000000000',
  );
  expect(agent({ retry: { initialIntervalMs: 20_000, maxIntervalMs: 10_000 } })).toThrow(
    'retry.maxIntervalMs must be a number of milliseconds of at least 20000',
  );
  expect(agent({ retry: { on: ['Nothing'] } })).toThrow('retry.on: there is no failure "Nothing"; it is one of');
});

test('parts of a millisecond are rounded up, and a first wait that is longer than the longest counts', () => {
  const app = defineApp({ agents: [agent({ timeoutMs: 0.5, retry: { initialIntervalMs: 20_000.2 } })()] });
  expect(app.manifest().agents.slow?.limits).toMatchObject({
    timeout_ms: 1,
    initial_interval_ms: 20_001,
    max_interval_ms: 20_001,
  });
});

const patient = defineTool({
  name: 'patient',
  effect: 'none',
  ...common,
  timeoutMs: FORTY_DAYS_MS,
  run: async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { done: true };
  },
});
const lasting = defineAgent({
  name: 'lasting',
  ...common,
  tools: { patient },
  timeoutMs: FORTY_DAYS_MS,
  run: (_input, ctx) => ctx.tools.patient({}),
});
const curious = defineAgent({
  name: 'curious',
  ...common,
  async run(_input, ctx) {
    await ctx.ask({ question: 'Now?', expiresMs: Number.NaN });
    return { done: true };
  },
});

faultTest(
  'a limit of forty days is one, and a deadline or expiry that is no duration is refused as such',
  {
    kind: 21,
    before: 'A run of an agent and a tool with limits of 40 days failed at once.',
    timeoutMs: 60_000,
  },
  async () => {
    await using t = await testApp(defineApp({ agents: [lasting, curious] }));
    const run = await t.run(lasting, {});
    const client = await t.client();
    const started = BAD.map(async (timeoutMs) =>
      client.start('runAgent', { agent: 'lasting', input: {} }, { timeoutMs }).then(
        () => 'taken',
        (error: unknown) => String(error),
      ),
    );
    const said = await Promise.all(started);
    const asked = await t.run(curious, {}, { answers: () => 'approve' });
    expect(run.outcome.status).toBe('completed');
    expect(said.filter((text) => !text.startsWith('BatonError: timeoutMs must be'))).toEqual([]);
    expect(asked.error?.type).toBe('InvalidInput');
    expect(asked.error?.message).toContain('expiresMs must be a number of milliseconds');
    return `An agent with a limit of 40 days ${run.outcome.status}; ${said.length} bad deadlines are refused by name.`;
  },
);

test('an age that no date goes back to is refused', () => {
  for (const text of ['99999999999999d', '0d', '9999d', '-1d', '1e9s']) expect(() => sinceOf(text)).toThrow('--since');
  expect(Date.now() - sinceOf('90m').getTime()).toBeGreaterThanOrEqual(90 * 60_000);
});
