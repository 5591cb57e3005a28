// Runs inside the workflow sandbox: no clock, no randomness, no input or output but through agents.
import { agents, ask, saga, workflow } from 'baton-agents/workflow';
import type app from './app.ts';

const { quote, buyer } = agents<typeof app>();

/** Buys a thing after its user agreed to the price; the reservation is released if buying fails. */
export const trip = workflow('trip', async ({ sku, approve }: { sku: string; approve?: boolean }) =>
  saga(async (undo) => {
    undo({ agent: 'release', input: { sku }, of: 'quote-1' });
    const offer = await quote({ sku });
    if (approve) {
      const { decision } = await ask({ question: `Buy ${sku} for ${offer.cents} cents?` });
      if (decision !== 'approve') return { receipt: null };
    }
    return buyer(offer);
  }),
);
