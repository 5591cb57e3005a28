import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent } from '../../../src/agents/define-agent.ts';
import { defineTool } from '../../../src/tools/define-tool.ts';

/** Work of each agent of set L with its tool, in milliseconds. */
export const L_BUSY_MS = { fast_agent: 75, medium_agent: 150, slow_agent: 300, cpu_intensive: 105 } as const;

/** Agents of the set at work in this process. */
const working = new Set<symbol>();

/** Keeps the processor busy, giving way after each slice so that heartbeats and other agents get their turn. */
async function burn(ms: number, sliceMs: number) {
  for (let done = 0; done < ms; done += sliceMs) {
    const until = performance.now() + sliceMs;
    while (performance.now() < until);
    await sleep(0);
  }
}

/** An agent of set L: a thought, its work, its tool for half of `nominalMs`, another thought. */
function lAgent<const Name extends string>(name: Name, nominalMs: number, doIt = () => sleep(nominalMs)) {
  const tool = defineTool({
    name: `${name}_concurrent_tool`,
    effect: 'none',
    input: z.object({}),
    output: z.object({ done: z.boolean() }),
    async run() {
      await sleep(nominalMs / 2);
      return { done: true };
    },
  });
  return defineAgent({
    name,
    input: z.looseObject({ secret_data: z.string().optional() }),
    output: z.object({
      agent: z.string(),
      user_id: z.string(),
      /** Seconds from the first thought to the last. */
      execution_time: z.number(),
      /** Agents at work when it began, itself included. */
      at_work: z.number(),
    }),
    tools: { tool },
    async run(_input, { think, tools, context }) {
      const me = Symbol(name);
      const began = performance.now();
      working.add(me);
      const at_work = working.size;
      try {
        think(`${name} begins`, { progress: 25 });
        await doIt();
        await tools.tool({});
        think(`${name} is about to end`, { progress: 90 });
        const execution_time = (performance.now() - began) / 1_000;
        return { agent: name, user_id: context.user_id, execution_time, at_work };
      } finally {
        working.delete(me);
      }
    },
  });
}

export const fastAgent = lAgent('fast_agent', 50);
export const mediumAgent = lAgent('medium_agent', 100);
export const slowAgent = lAgent('slow_agent', 200);
export const cpuIntensive = lAgent('cpu_intensive', 150, () => burn(30, 10));
export const ioIntensive = lAgent('io_intensive', 120);

export const agents = [fastAgent, mediumAgent, slowAgent, cpuIntensive, ioIntensive] as const;

export const BURN_MS = 2_500;

/** Burns a processor without ever giving way, for longer than the server waits for its heartbeats. */
export const cpuBurner = defineAgent({
  name: 'cpu_burner',
  input: z.object({}),
  output: z.object({ burned_ms: z.number() }),
  heartbeatTimeoutMs: 1_000,
  retry: { maxAttempts: 1 },
  isolate: { module: import.meta.url },
  run(_input, { think }) {
    think('burning', { progress: 10 });
    for (const until = performance.now() + BURN_MS; performance.now() < until;);
    return { burned_ms: BURN_MS };
  },
});
