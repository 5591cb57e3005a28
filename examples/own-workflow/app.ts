import { defineAgent, defineApp } from 'baton-agents';
import { z } from 'zod';

const price = z.object({ sku: z.string(), cents: z.number().int() });

export const quote = defineAgent({
  name: 'quote',
  input: z.object({ sku: z.string() }),
  output: price,
  run: ({ sku }, ctx) => {
    ctx.think(`Looking up ${sku}`);
    return { sku, cents: sku.length * 100 };
  },
});

export const buyer = defineAgent({
  name: 'buyer',
  input: price,
  output: z.object({ receipt: z.string() }),
  retry: { maxAttempts: 1 },
  run: ({ sku, cents }) => {
    if (sku === 'sold-out') throw new Error(`${sku} is sold out`);
    return { receipt: `${sku} for ${cents} cents` };
  },
});

const release = defineAgent({
  name: 'release',
  input: z.object({ sku: z.string() }),
  output: z.object({ released: z.string() }),
  run: ({ sku }) => ({ released: sku }),
});

export default defineApp({ agents: [quote, buyer, release], workflows: new URL('./workflows.ts', import.meta.url) });
