// Runs inside the workflow sandbox.
import { agents, ask, saga, workflow } from '../../../src/workflow.ts';
import type app from './app.ts';

const { booker, echo, guest, payer } = agents<typeof app>();

/** Asks its user between two agents, takes back what it did when the last one fails, and goes on without it. */
export const errand = workflow('errand', async ({ sku }: { sku: string }) => {
  const bought = saga(async (undo) => {
    undo({ agent: 'echo', input: { undo: sku }, of: 'booker-1' });
    const booked = await booker({ sku });
    const { decision } = await ask({ id: 'price', question: `Pay for ${sku}?`, options: ['yes', 'no'] });
    return payer({ booked, decision });
  });
  return bought.catch(() => echo({ sku, refused: true }));
});

/** Calls many agents at once, and ends with the first of them. */
export const crowd = workflow('crowd', ({ times }: { times: number }) =>
  Promise.any(Array.from({ length: times }, (_, n) => guest({ n }))),
);

/** Forgets to wait for an agent that fails. */
export const forgetful = workflow('forgetful', async ({ sku }: { sku: string }) => {
  await booker({ sku });
  void payer({ sku });
  for (let n = 1; ; n += 1) await echo({ n });
});
