import { z } from 'zod';
import { defineAgent } from '../../../src/agents/define-agent.ts';
import { defineApp } from '../../../src/agents/define-app.ts';
import { defineTool } from '../../../src/tools/define-tool.ts';

const value = z.looseObject({});
const book = defineTool({
  name: 'book',
  effect: 'idempotent',
  input: value,
  output: value,
  run: () => ({ receipt: 1 }),
  compensate: () => undefined,
});
const booker = defineAgent({
  name: 'booker',
  input: value,
  output: value,
  tools: { book },
  run: (given, { tools }) => tools.book(given),
});
const echo = defineAgent({ name: 'echo', input: value, output: value, run: (given) => given });
const payer = defineAgent({
  name: 'payer',
  input: value,
  output: value,
  retry: { maxAttempts: 1 },
  run() {
    throw new Error('the card was refused');
  },
});

/** A project with a workflow of its own: `baton replay test/replay/own/app.ts --dir test/replay/own/histories`. */
export default defineApp({ agents: [booker, echo, payer], workflows: new URL('./workflows.ts', import.meta.url) });
