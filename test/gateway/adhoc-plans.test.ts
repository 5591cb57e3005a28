import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config.ts';
import order from '../support/order-app.ts';
import { startTestGateway } from '../support/test-gateway.ts';

const ann = randomUUID();
let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  gateway = await startTestGateway({ app: order, env: { BATON_ADHOC_PLANS: '1' } });
});
afterAll(() => gateway.stop());

async function start(input: unknown, run_id: string = randomUUID()) {
  const answer = await gateway.post(ann, '/v1/runs', { workflow: 'runPlan', run_id, input });
  return { status: answer.status, body: (await answer.json()) as { errors?: { path: string; message: string }[] } };
}

const step = (id: string, rest: object = {}) => ({ id, agent: 'order_clerk', input: { sku: id }, ...rest });

test("a user's own plan is started, and so is a registered one by its name, whose input is checked", async () => {
  const plan = { name: 'mine', steps: [step('a'), step('b', { needs: ['a'], input: '$steps.a' })] };
  for (const [run_id, input] of Object.entries({ own: { plan }, named: { plan: 'order', input: { sku: 'map' } } })) {
    expect(await start(input, run_id)).toEqual({
      status: 202,
      body: { run_id, workflow_id: `runPlan/${ann}/${run_id}` },
    });
    expect((await gateway.post(ann, `/v1/runs/${run_id}/cancel`, {})).status).toBe(202);
  }
  const refused = await start({ plan: 'order', input: { sku: 7 } });
  expect(refused.status).toBe(422);
  expect(refused.body.errors?.map(({ path }) => path)).toEqual(['/input/input/sku', '/input/plan/steps/0/input/sku']);
});

test('all faults of a plan come back at once, each with its path in the request', async () => {
  const steps = [
    step('a', { agent: 'order_clark' }),
    step('a', { needs: ['x'] }),
    step('c', { input: { 'a/b': '$steps.d' } }),
  ];
  const { status, body } = await start({ plan: { name: 'p', steps, input: {}, strategy: 'sideways' } });
  expect(status).toBe(422);
  const byPath = Object.fromEntries((body.errors ?? []).map(({ path, message }) => [path, message]));
  expect(byPath).toMatchObject({
    '/input/plan/input': expect.stringContaining('unknown field'),
    '/input/plan/strategy': expect.any(String),
    '/input/plan/steps/0/agent': expect.stringContaining('did you mean "order_clerk"?'),
    '/input/plan/steps/1/id': expect.stringContaining('"a"'),
    '/input/plan/steps/1/needs/0': expect.stringContaining('"x"'),
    '/input/plan/steps/2/input/a~1b': expect.stringContaining('"d"'),
  });
});

test('what is no plan, and a name that no plan has, are refused with their paths', async () => {
  const pathsOf = async (input: unknown) => (await start(input)).body.errors?.map(({ path }) => path);
  expect(await pathsOf({ plan: 'oder' })).toEqual(['/input/plan']);
  expect(await pathsOf({ plan: 7 })).toEqual(['/input/plan']);
  expect(await pathsOf({ plan: {} })).toEqual(['/input/plan/name', '/input/plan/steps']);
  expect(await pathsOf({ plan: { name: 'p', steps: [step('a')] }, history_events: 12 })).toEqual(['/input']);
});

test('it is among what may be started, and the setting takes nothing else than 0 and 1', async () => {
  const answer = await gateway.call(ann, '/v1/workflows');
  const { workflows } = (await answer.json()) as { workflows: { name: string; input: object }[] };
  expect(workflows.map(({ name }) => name)).toEqual(['order', 'runPlan']);
  expect(() => loadConfig({ BATON_ADHOC_PLANS: 'yes' })).toThrow(/BATON_ADHOC_PLANS="yes": must be 0 or 1/);
});
