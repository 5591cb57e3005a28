import { defineAgent, defineApp, defineTool } from 'baton-agents';
import { z } from 'zod';

const nothing = z.looseObject({});

/** What a typing error does: it reads a field of nothing. */
function firstOf(goods: { price: Record<string, unknown> }[]): Record<string, unknown> {
  return (goods[0] as { price: Record<string, unknown> }).price;
}

const typo = defineAgent({
  name: 'typo',
  input: nothing,
  output: nothing,
  retry: { maxAttempts: 1 },
  run: () => firstOf([]),
});

const apart = defineAgent({ ...typo, name: 'apart', isolate: { module: import.meta.url }, run: () => firstOf([]) });

const quote = defineTool({
  name: 'quote',
  input: nothing,
  output: nothing,
  effect: 'none',
  run: () => firstOf([]),
});

const shopper = defineAgent({
  name: 'shopper',
  input: nothing,
  output: nothing,
  tools: { quote },
  retry: { maxAttempts: 1 },
  run: (_input, { tools }) => tools.quote({}),
});

/** Agents whose code has the same bug in a function of theirs, in a tool, and in a process of its own. */
export default defineApp({ agents: [typo, apart, shopper] });
