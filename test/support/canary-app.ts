import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { defineTool } from '../../src/tools/define-tool.ts';

const marked = z.object({ mark: z.string() });
const said = z.object({ text: z.string() });

const ring = defineTool({
  name: 'ring',
  effect: 'once',
  input: said,
  output: said,
  run: ({ text }) => ({ text: text.replace('parameter', 'receipt') }),
});

const teller = defineAgent({
  name: 'teller',
  input: marked,
  output: z.object({ text: z.string(), long: z.string() }),
  tools: { ring },
  async run({ mark }, { think, tools }) {
    think(`${mark}-thought`, { progress: 10 });
    await tools.ring({ text: `${mark}-parameter` });
    // Too long for a history.
    return { text: `${mark}-output`, long: `${mark}-blob `.repeat(2_000) };
  },
});

const failing = defineAgent({
  name: 'failing',
  input: marked,
  output: said,
  retry: { maxAttempts: 2, initialIntervalMs: 10 },
  run({ mark }) {
    throw new Error(`${mark}-failure`, { cause: new Error(`${mark}-cause`) });
  },
});

const local = defineAgent({
  name: 'local',
  local: true,
  timeoutMs: 1_000,
  input: marked,
  output: said,
  retry: { maxAttempts: 1 },
  run({ mark }) {
    throw new Error(`${mark}-local`);
  },
});

/** Agents that say a mark in every way there is, see `canary-workflows.ts`. */
export default defineApp({
  agents: [teller, failing, local],
  workflows: new URL('./canary-workflows.ts', import.meta.url),
});
