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

/** Logs more than anybody can read. */
const chatty = defineAgent({
  name: 'chatty',
  input: nothing,
  output: nothing,
  run(_input, { log }) {
    log.info('the shop is open', { hours: 9, password: 'hunter22' });
    for (let n = 0; n < 5_000; n += 1) log.info(`customer ${n}`);
    return {};
  },
});

/** Agents whose code has the same bug in a function of theirs, in a tool, and in a process of its own. */
export default defineApp({
  agents: [typo, apart, shopper, chatty],
  workflows: new URL('./workflows.ts', import.meta.url),
});
