import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';

export const quote = defineAgent({
  name: 'quote',
  input: z.object({ sku: z.string() }),
  output: z.object({ cents: z.number(), currency: z.string(), tags: z.array(z.string()), note: z.string().optional() }),
  run: ({ sku }) => ({ cents: sku.length * 100, currency: 'EUR', tags: [sku] }),
});

export const buyer = defineAgent({
  name: 'buyer',
  input: z.object({ cents: z.number().max(10_000), label: z.string().optional() }),
  output: z.object({ receipt: z.string() }),
  run: ({ cents }) => ({ receipt: `r-${cents}` }),
});

export const refunder = defineAgent({
  name: 'refunder',
  input: z.object({ receipt: z.string().nullable() }),
  output: z.object({ refunded: z.boolean() }),
  run: () => ({ refunded: true }),
});

export const app = defineApp({ agents: [quote, buyer, refunder] });
