import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import example from '../../examples/own-workflow/app.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { definePlan } from '../../src/plans/define-plan.ts';
import { startTestGateway } from '../support/test-gateway.ts';

/** Others on the shared server have runs of these ids too. */
const ann = randomUUID();
const { agents, workflows } = example;
const order = definePlan({ name: 'order', description: 'Buys', input: z.object({ sku: z.string() }) }, (p) => {
  p.step('quote', agents[0], { sku: p.input.sku });
});

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  gateway = await startTestGateway({ app: defineApp({ agents, plans: [order], workflows }) });
});
afterAll(() => gateway.stop());

async function post(path: string, body: unknown) {
  const answer = await gateway.post(ann, path, body);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

test("an app's plans and own workflows are what may be started, and nothing that its agents cannot do", async () => {
  const answer = await gateway.call(ann, '/v1/workflows');
  expect(await answer.json()).toEqual({
    workflows: [
      { name: 'order', description: 'Buys', input: expect.objectContaining({ required: ['sku'] }) },
      { name: 'trip', description: 'Workflow trip', input: expect.any(Object) },
    ],
  });
});

test('a plan is started by its name, found by its run id, and its input is checked with paths', async () => {
  const refused = await post('/v1/runs', { workflow: 'order', input: { sku: 7 } });
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ path: '/input/sku' }] } });
  const started = await post('/v1/runs', { workflow: 'order', input: { sku: 'map' }, run_id: 'r1' });
  expect(started).toEqual({ status: 202, body: { run_id: 'r1', workflow_id: `runPlan/${ann}/r1` } });
  const found = await gateway.call(ann, '/v1/runs/r1');
  expect(await found.json()).toMatchObject({ workflow: 'runPlan', status: 'queued' });
  const conflict = await post('/v1/runs', { workflow: 'trip', input: { sku: 'map' }, run_id: 'r1' });
  expect(conflict).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
  expect((await post('/v1/runs/r1/cancel', {})).status).toBe(202);
});

test('an own workflow is started by its name, and an unknown one is told the known ones', async () => {
  const started = await post('/v1/runs', { workflow: 'trip', input: { sku: 'map' }, run_id: 'r2' });
  expect(started).toEqual({ status: 202, body: { run_id: 'r2', workflow_id: `trip/${ann}/r2` } });
  expect((await post('/v1/runs/r2/cancel', {})).status).toBe(202);
  const unknown = await post('/v1/runs', { workflow: 'costOptimization', input: {} });
  expect(unknown).toMatchObject({ status: 422, body: { detail: expect.stringContaining('order, trip') } });
});

test("a plan of the user's own is refused, with the setting that would take it", async () => {
  const plan = { name: 'p', steps: [{ id: 'a', agent: 'quote', input: { sku: 'map' } }] };
  for (const input of [{ plan }, { plan: 'order', input: { sku: 'map' } }]) {
    const refused = await post('/v1/runs', { workflow: 'runPlan', input });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ path: '/workflow' }] } });
    expect(refused.body.detail).toMatch(/BATON_ADHOC_PLANS=1; known: order, trip$/);
  }
});
