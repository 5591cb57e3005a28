import { z } from 'zod';
import { defineAgent } from '../../../src/agents/define-agent.ts';
import { BatonError } from '../../../src/contracts/baton-error.ts';
import { defineTool } from '../../../src/tools/define-tool.ts';

/** What the agents of recorded runs take and give. */
export const value = z.looseObject({});

export const echo = defineAgent({ name: 'echo', input: value, output: value, run: (given) => given });

/** Works until it is told to stop. */
export const waits = defineAgent({
  name: 'waits',
  input: value,
  output: value,
  async run(_given, { signal }) {
    return new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  },
});

const book = defineTool({
  name: 'book',
  effect: 'idempotent',
  input: value,
  output: value,
  run: () => ({ receipt: 1 }),
  compensate({ kept }) {
    if (kept) throw new BatonError('Rejected', 'it cannot be returned');
  },
});

/** Does what can be undone, unless it is `kept`. */
export const booker = defineAgent({
  name: 'booker',
  input: value,
  output: value,
  tools: { book },
  run: (given, { tools }) => tools.book(given),
});
