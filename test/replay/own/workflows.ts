// Runs inside the workflow sandbox.
import { agents, ask, saga, workflow } from '../../../src/workflow.ts';
import type app from './app.ts';

const { booker, echo, payer } = agents<typeof app>();

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
