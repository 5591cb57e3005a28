import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { definePlan } from '../../src/plans/define-plan.ts';

const clerk = defineAgent({
  name: 'order_clerk',
  input: z.object({ sku: z.string() }),
  output: z.object({ sku: z.string() }),
  run: (given) => given,
});
const order = definePlan({ name: 'order', input: z.object({ sku: z.string() }) }, (p) => {
  p.step('note', clerk, { sku: p.input.sku });
});

/** An app of one plan and no workflow of its own, to be beside another one. */
export default defineApp({ agents: [clerk], plans: [order] });
