import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { definePlan } from '../../src/plans/define-plan.ts';
import { createRunShower } from '../../src/gateway/runs/shown-run.ts';
import { faultTest } from '../support/fault-test.ts';
import { startTestGateway } from '../support/test-gateway.ts';

const noop = defineAgent({
  name: 'noop',
  input: z.object({ url: z.url() }),
  output: z.object({ pin: z.string().meta({ secret: true }) }),
  run: () => ({ pin: '4711' }),
});
const plan = definePlan({ name: 'fetch', input: z.object({ url: z.url() }) }, (p) => {
  p.step('a', noop, { url: p.input.url });
});

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  gateway = await startTestGateway({ app: defineApp({ agents: [noop], plans: [plan] }) });
});
afterAll(() => gateway.stop());

faultTest(
  'a problem does not repeat the secrets of what it refuses',
  { kind: 16, before: 'The problem of an unknown workflow quoted its name, password and all.' },
  async () => {
    const user = randomUUID();
    const asked = [
      await gateway.post(user, '/v1/runs', { workflow: 'redis://:kestrel7Umbra@cache', input: {} }),
      await gateway.call(user, '/v1/runs/ghp_abcdefghijklmnopqrstuvwxyz0123456789'),
      await gateway.call(user, '/nothing/sk-proj-abcDEF1234567890abcDEF1234567890'),
    ];
    const told = await Promise.all(asked.map((answer) => answer.text()));
    expect(asked.map(({ status }) => status)).toEqual([422, 404, 404]);
    const shown = told.filter((text) => /kestrel7Umbra|ghp_abc|abcDEF/.test(text));
    expect(shown).toEqual([]);
    return `Of ${told.length} problems about secrets ${shown.length} show theirs.`;
  },
);

test('an answer about a run hides what the schemas of its agents mark', () => {
  const shown = createRunShower(defineApp({ agents: [noop] }).manifest());
  const view = {
    result: {
      plan: 'p',
      steps: [{ id: 'a', agent: 'noop', result: { pin: '4711' }, error: { message: 'token=abc1' } }],
    },
  };
  expect(shown(view)).toEqual({
    result: {
      plan: 'p',
      steps: [{ id: 'a', agent: 'noop', result: { pin: '[redacted]' }, error: { message: 'token=[redacted]' } }],
    },
  });
  expect(shown({ result: { agent: 'noop', success: true, result: { pin: '4711' } } })).toEqual({
    result: { agent: 'noop', success: true, result: { pin: '[redacted]' } },
  });
});
