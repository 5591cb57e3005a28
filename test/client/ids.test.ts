import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { defineAgent, defineApp, defineTool } from 'baton-agents';
import { testApp, type TestApp } from 'baton-agents/testing';
import { z } from 'zod';
import { faultTest } from '../support/fault-test.ts';
import { until } from '../support/until.ts';

const echo = defineAgent({
  name: 'echo',
  input: z.object({}),
  output: z.object({ done: z.boolean() }),
  run: () => ({ done: true }),
});

let t: TestApp;
beforeAll(async () => {
  t = await testApp(defineApp({ agents: [echo], workflows: new URL('../support/odd-workflows.ts', import.meta.url) }));
});
afterAll(() => t.stop());

/** Lists of Temporal lag behind its runs, by far less. */
const LISTED_WITHIN_MS = 20_000;

const ODD = [
  'a\\b',
  "a'b",
  'a"b',
  'a%b',
  'a%5Cb',
  'a😀b',
  'a\\',
  "'",
  '"',
  'it\'s \\ "x"',
  'a/b',
  'a b',
  'ü',
  '日本',
  'a*',
];

faultTest(
  'every user and thread whose id is taken has a list with its own runs and no others',
  {
    kind: 22,
    before: 'Of 15 users 6, such as a\\b and a"b, had an empty list after they had started runs.',
    timeoutMs: 60_000,
  },
  async () => {
    const suffix = randomUUID().slice(0, 8);
    const users = ODD.map((odd) => `${suffix}${odd}`);
    const listed = await Promise.all(
      users.map(async (user) => {
        const client = await t.client(user);
        const run = await client.start('runAgent', { agent: 'echo', input: {} }, { threadId: user });
        const givesUpAt = performance.now() + LISTED_WITHIN_MS;
        const own = await until(
          () => client.runs({ thread: user }),
          (runs) => runs.length > 0 || performance.now() > givesUpAt,
        );
        return own.map(({ run_id, user_id }) => ({ isOwn: run_id === run.runId, user_id }));
      }),
    );
    expect(listed).toEqual(users.map((user) => [{ isOwn: true, user_id: user }]));
    return `All ${users.length} users with odd ids see exactly their own run.`;
  },
);

faultTest(
  'an id that no workflow id or URL can hold is refused by its name, before anything starts',
  { kind: 22, before: 'The run ids . and .. were taken, and 128 letters of Chinese failed in Temporal.' },
  async () => {
    const client = await t.client();
    const bad = ['..', '.', '日'.repeat(128), '😀'.repeat(40), ' a', 'a\n', '', 'a'.repeat(129)];
    const said = await Promise.all(
      bad.map((runId) =>
        client.start('runAgent', { agent: 'echo', input: {} }, { runId }).then(
          () => 'taken',
          (error: unknown) => String(error),
        ),
      ),
    );
    expect(said.filter((text) => !/run_id/.test(text))).toEqual([]);
    expect(said[2]).toContain('at most 400 bytes when it is percent-encoded, not 1152');
    const longest = await client.start('runAgent', { agent: 'echo', input: {} }, { runId: '日'.repeat(44) });
    expect((await longest.result()).status).toBe('completed');
    return `All ${bad.length} are refused as run_id with the reason; 44 letters of Chinese run.`;
  },
);

faultTest(
  'an agent that the app does not have is refused with the nearest names, by the client and in a workflow',
  {
    kind: 22,
    before: "start('runAgent', { agent: 'eckho' }) was accepted.",
  },
  async () => {
    const client = await t.client();
    await expect(client.start('runAgent', { agent: 'eckho', input: {} })).rejects.toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining('the app has no agent "eckho"; the nearest names: echo'),
    });
    const run = await t.run('strangers', {});
    expect(run.result).toMatchObject({
      shown: '[object Object]',
      awaited: 'object',
      unknown: expect.stringContaining('its app has no such agent; the nearest names: echo'),
      inherited: expect.stringContaining('its app has no such agent'),
    });
    return 'Both name the agents that there are.';
  },
);

test('an own workflow gets the null that it was sent', async () => {
  const run = await t.run('mirror', null);
  expect(run.result).toEqual({ got: null, type: 'object' });
});

test('a user, a tool and a workflow are named by printable text', async () => {
  await expect(t.client('a\u0000b')).rejects.toThrow('connect: user must be printable characters');
  const named = (name: string) => () =>
    defineTool({ name, effect: 'none', input: z.object({}), output: z.object({}), run: () => ({}) });
  expect(named('')).toThrow('tool name "" must not be empty');
  expect(named('a\nb')).toThrow('must be printable characters');
  const client = await t.client();
  expect(() => client.run('r1', 'a/b')).toThrow('"a/b" is not the name of a workflow');
  expect(() => client.run('..')).toThrow('run id must be more than dots');
});
