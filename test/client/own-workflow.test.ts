import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import example from '../../examples/own-workflow/app.ts';
import { trip } from '../../examples/own-workflow/workflows.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import type { BatonClient } from '../../src/client.ts';
import { definePlan } from '../../src/plans/define-plan.ts';
import { startTestClient } from '../support/test-client.ts';

const [quote, buyer] = example.agents;
const order = definePlan({ name: 'order', input: z.object({ sku: z.string() }) }, (p) => {
  const quoted = p.step('quote', quote, { sku: p.input.sku });
  p.step('buy', buyer, { sku: quoted.sku, cents: quoted.cents });
});
const { agents, workflows } = example;
const app = defineApp({ agents, plans: [order], workflows });

let at: Awaited<ReturnType<typeof startTestClient>>;
beforeAll(async () => {
  at = await startTestClient({ app });
});
afterAll(() => at.stop());

test('an own workflow is started by its function and typed by it', async () => {
  const baton = await at.clientOf('ann');
  const run = await baton.start(trip, { sku: 'map' });
  const { status, result } = await run.result();
  const receipt: string | null | undefined = result?.receipt;
  expect([status, receipt]).toEqual(['completed', 'map for 300 cents']);
  expect(run.workflowId).toMatch(/^trip\/ann\//);
});

test('what a workflow, a plan or a name does not take does not compile', async () => {
  const wrong = (baton: BatonClient) => [
    // @ts-expect-error a sku is text
    baton.start(trip, { sku: 7 }),
    // @ts-expect-error a sku is needed
    baton.start(trip, {}),
    // @ts-expect-error a sku is text
    baton.start(order, { sku: 7 }),
    // @ts-expect-error no agent is named
    baton.start('runAgent', { input: {} }),
    // @ts-expect-error no such workflow
    baton.start('nope', {}),
    // @ts-expect-error a receipt is no number
    baton.start(trip, { sku: 'map' }).then((run) => run.result().then(({ result }) => result?.receipt?.toFixed())),
  ];
  expect(wrong).toBeInstanceOf(Function);
});

test('a plan is started as a value and by its name, and its input is checked either way', async () => {
  const baton = await at.clientOf('bea');
  for (const run of [await baton.start(order, { sku: 'map' }), await baton.startNamed('order', { sku: 'map' })]) {
    const { result } = await run.result();
    expect(result).toMatchObject({
      plan: 'order',
      steps: [{ id: 'quote' }, { result: { receipt: 'map for 300 cents' } }],
    });
  }
  await expect(baton.start(order, { sku: 7 } as never)).rejects.toMatchObject({ type: 'InvalidInput' });
  await expect(baton.startNamed('order', { sku: 7 })).rejects.toMatchObject({ type: 'InvalidInput' });
});

test('an own workflow is started by its name, and an unknown name is refused with the nearest ones', async () => {
  const baton = await at.clientOf('cleo');
  const run = await baton.startNamed('trip', { sku: 'map' });
  expect((await run.result()).status).toBe('completed');
  await expect(baton.startNamed('trap', {})).rejects.toMatchObject({
    type: 'InvalidInput',
    message: expect.stringContaining('unknown workflow "trap"; the nearest names: trip'),
  });
});

test('an input that JSON would change is refused before anything is started', async () => {
  const baton = await at.clientOf(randomUUID());
  await expect(baton.startNamed('trip', { sku: Number.NaN })).rejects.toMatchObject({ type: 'InvalidInput' });
  expect(await baton.runs()).toEqual([]);
});

test('a run of an own workflow fails with the kind of error that its agent failed with', async () => {
  const baton = await at.clientOf('dora');
  const run = await baton.startNamed('trip', { sku: 7 });
  expect(await run.result()).toMatchObject({ status: 'failed', error: { type: 'InvalidInput' } });
});
