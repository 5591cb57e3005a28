import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { defineTool } from '../../src/tools/define-tool.ts';

const anything = z.looseObject({});

const quick = defineAgent({ name: 'quick', input: anything, output: anything, run: (input) => input });

/** Takes anything, and gives nothing back. */
const blind = defineAgent({ name: 'blind', input: anything, output: anything, run: () => ({}) });

const fails = defineAgent({
  name: 'fails',
  input: anything,
  output: anything,
  retry: { maxAttempts: 1 },
  run() {
    throw new Error('the card was refused');
  },
});

/** Works until it is stopped. */
const endless = defineAgent({
  name: 'endless',
  input: anything,
  output: anything,
  timeoutMs: 120_000,
  run: (_input, { signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
});

const local = defineAgent({
  name: 'local',
  local: true,
  timeoutMs: 1_000,
  input: anything,
  output: anything,
  run: (input) => input,
});

/** Takes a while to give back; by itself longer than a workflow has to stop. */
const lend = defineTool({
  name: 'lend',
  effect: 'idempotent',
  input: anything,
  output: anything,
  run: (input) => input,
  compensate: ({ ms }) => setTimeout(Number(ms ?? 12_000)),
});

const lender = defineAgent({
  name: 'lender',
  input: anything,
  output: anything,
  tools: { lend },
  run: (input, { tools }) => tools.lend(input),
});

/** Agents for workflows with bugs, see `buggy-workflows.ts`. */
export default defineApp({
  agents: [quick, blind, fails, endless, local, lender],
  workflows: new URL('./buggy-workflows.ts', import.meta.url),
});
