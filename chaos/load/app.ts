// The agents of the campaign. What each does follows from its input alone, so that the checker can say what must be seen.
import { setTimeout as wait } from 'node:timers/promises';
import { defineAgent, defineApp, definePlan, type AgentContext } from 'baton-agents';
import { z } from 'zod';
import { charge, chargeBlind, lookUp, putBack, reserve } from './bank-tools.ts';

/** Short, so that a lost worker is noticed within the campaign; twice what a busy machine keeps a worker from beating. */
const HEARTBEAT_MS = 4_000;

export const orderInput = z.object({
  owner: z.string(),
  run: z.string(),
  item: z.string(),
  thoughts: z.int(),
  pace_ms: z.int(),
  /** Attempts that fail before one succeeds. */
  stumbles: z.int(),
});
type Order = z.infer<typeof orderInput>;

const receipt = z.object({ receipt: z.string() });
const limits = { heartbeatTimeoutMs: HEARTBEAT_MS, timeoutMs: 60_000, input: orderInput } as const;

/** Each thought names whose it is, and for which run. */
async function ponder({ owner, run, item, thoughts, pace_ms }: Order, ctx: Pick<AgentContext, 'think' | 'signal'>) {
  for (let n = 1; n <= thoughts; n += 1) {
    await wait(pace_ms, undefined, { signal: ctx.signal });
    ctx.think(`thought ${n} of ${thoughts} on ${item} for ${owner} in ${run}`, {
      progress: Math.round((90 * n) / thoughts),
    });
  }
}

const placed = ({ owner, run, item }: Order) => ({ owner, run, item });

export const walker = defineAgent({
  ...limits,
  name: 'walker',
  output: z.object({ item: z.string() }),
  tools: { lookUp },
  async run(order, ctx) {
    await ponder(order, ctx);
    return ctx.tools.lookUp({ item: order.item });
  },
});

export const glance = defineAgent({
  name: 'glance',
  local: true,
  input: orderInput,
  output: z.object({ item: z.string() }),
  run: ({ item }) => ({ item }),
});

export const stumbler = defineAgent({
  ...limits,
  name: 'stumbler',
  output: z.object({ item: z.string() }),
  retry: { maxAttempts: 3, initialIntervalMs: 100 },
  async run(order, ctx) {
    await ponder(order, ctx);
    // Attempts that were lost with their worker do not count as failures, so this one counts its own at the bank.
    const key = `${ctx.idempotencyKey}:${ctx.attempt}`;
    const response = await fetch(`${process.env.CHAOS_BANK}/stumble`, {
      method: 'POST',
      body: JSON.stringify({ run: order.run, key, most: order.stumbles }),
      signal: ctx.signal,
    });
    const { falls } = (await response.json()) as { falls: boolean };
    if (falls) throw new Error(`stumbled on ${order.item}`);
    return { item: order.item };
  },
});

export const buyer = defineAgent({
  ...limits,
  name: 'buyer',
  output: receipt,
  tools: { charge },
  concurrency: { perUser: 3 },
  async run(order, ctx) {
    await ponder(order, ctx);
    const paid = await ctx.tools.charge(placed(order));
    await wait(order.pace_ms, undefined, { signal: ctx.signal });
    return paid;
  },
});

export const blindBuyer = defineAgent({
  ...limits,
  name: 'blind_buyer',
  output: receipt,
  tools: { chargeBlind },
  async run(order, ctx) {
    await ponder(order, ctx);
    return ctx.tools.chargeBlind(placed(order));
  },
});

export const reserver = defineAgent({
  ...limits,
  name: 'reserver',
  output: receipt,
  tools: { reserve },
  async run(order, ctx) {
    await ponder(order, ctx);
    return ctx.tools.reserve(placed(order));
  },
});

/** Ends the run that has come so far: what was done before must be undone. */
export const breaker = defineAgent({
  ...limits,
  name: 'breaker',
  output: receipt,
  retry: { maxAttempts: 1 },
  run: ({ item }) => {
    throw new Error(`${item} is broken`);
  },
});

export const undoer = defineAgent({
  ...limits,
  name: 'undoer',
  output: receipt,
  tools: { putBack },
  run: (order, ctx) => ctx.tools.putBack(placed(order)),
});

const basketInput = orderInput.extend({ breaks: z.boolean() });

/** Two things beside each other, one of them paid for; then, where it shall fail, a step that breaks. */
const basket = definePlan({ name: 'basket', input: basketInput, strategy: 'parallel' }, (p) => {
  const order = {
    owner: p.input.owner,
    run: p.input.run,
    item: p.input.item,
    thoughts: p.input.thoughts,
    pace_ms: p.input.pace_ms,
    stumbles: p.input.stumbles,
  };
  const walked = p.step('walk', walker, order, { compensate: { agent: undoer, input: order } });
  const paid = p.step('pay', buyer, order);
  const stumbled = p.step('stumble', stumbler, order);
  p.step('break', breaker, order, {
    needs: [walked, paid, stumbled],
    when: { ref: p.input.breaks, op: 'eq', value: true },
  });
});

export default defineApp({
  agents: [walker, glance, stumbler, buyer, blindBuyer, reserver, breaker, undoer],
  plans: [basket],
  workflows: new URL('./workflows.ts', import.meta.url),
});
