// Runs inside the workflow sandbox: the campaign's own workflows.
import { agents, ask, saga, workflow } from 'baton-agents/workflow';
import type app from './app.ts';

const { walker, glance, stumbler, buyer, blind_buyer, reserver, breaker, undoer } = agents<typeof app>();

type Order = { owner: string; run: string; item: string; thoughts: number; pace_ms: number; stumbles: number };

/** One short agent, or a long one. */
export const walk = workflow('walk', async (order: Order) => walker(order));

/** Several agents beside each other, one of them in the workflow's own task. */
export const fan = workflow('fan', async (order: Order) => {
  const all = await Promise.all([walker(order), walker(order), glance(order)]);
  return { items: all.map(({ item }) => item) };
});

/** An agent whose first attempts fail. */
export const stumble = workflow('stumble', async (order: Order) => stumbler(order));

export const buy = workflow('buy', async (order: Order) => buyer(order));

export const buyBlind = workflow('buyBlind', async (order: Order) => blind_buyer(order));

/** Reserves, asks its user where wished, pays, and undoes all of it where the last step breaks. */
export const trip = workflow('trip', async (order: Order & { asks: boolean; breaks: boolean }) =>
  saga(async (undo) => {
    const { asks, breaks, ...plain } = order;
    undo({ agent: 'undoer', input: plain });
    const reserved = await reserver(plain);
    if (asks) {
      const { decision } = await ask({ question: `Buy ${order.item} for ${order.owner}?` });
      if (decision !== 'approve') return { reserved: reserved.receipt, receipt: null };
    }
    const { receipt } = await buyer(plain);
    if (breaks) await breaker(plain);
    return { reserved: reserved.receipt, receipt };
  }),
);

/** Unused here, but its type keeps the agent among those that the workflows may call. */
export const release = workflow('release', async (order: Order) => undoer(order));
