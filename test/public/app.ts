// The example of the public TypeScript: compiled by the type check, loaded by the test beside it.
import { defineAgent, defineApp, definePlan, defineTool } from 'baton-agents';
import { z } from 'zod';

const bank = {
  charge: async (cents: number, _call: { signal: AbortSignal; idempotencyKey: string }) => ({ receipt: `r-${cents}` }),
  find: async (_key: string) => 'unknown' as const,
  refund: async (_receipt: string) => undefined,
};

const charge = defineTool({
  name: 'charge',
  effect: 'once',
  timeoutMs: 10_000,
  input: z.object({ cents: z.number().int() }),
  output: z.object({ receipt: z.string() }),
  run: (input, { signal, idempotencyKey }) => bank.charge(input.cents, { signal, idempotencyKey }),
  reconcile: (_input, { idempotencyKey }) => bank.find(idempotencyKey),
  compensate: (_input, receipt) => bank.refund(receipt.receipt),
});

export const quote = defineAgent({
  name: 'quote',
  input: z.object({ sku: z.string() }),
  output: z.object({ cents: z.number() }),
  run: ({ sku }) => ({ cents: sku.length * 100 }),
});

export const buyer = defineAgent({
  name: 'buyer',
  input: z.object({ cents: z.number() }),
  output: z.object({ receipt: z.string() }),
  tools: { charge },
  timeoutMs: 30_000,
  retry: { maxAttempts: 3 },
  async run(input, ctx) {
    ctx.think('Paying', { progress: 40 });
    return ctx.tools.charge({ cents: input.cents });
  },
});

export const order = definePlan({ name: 'order', input: z.object({ sku: z.string() }) }, (p) => {
  const quoted = p.step('quote', quote, { sku: p.input.sku });
  p.step('buy', buyer, { cents: quoted.cents });
});

export default defineApp({
  agents: [quote, buyer],
  plans: [order],
  workflows: new URL('./workflows.ts', import.meta.url),
});
