import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent } from '../../../src/agents/define-agent.ts';
import { defineApp } from '../../../src/agents/define-app.ts';
import type { Plan } from '../../../src/contracts/plan.ts';
import { defineTool } from '../../../src/tools/define-tool.ts';

/** Thoughts of each agent. With its start, its call and its end an agent tells ten events, a run 42. */
export const THOUGHTS = 6;

const input = z.object({ owner: z.string(), pace_ms: z.int() });

/** A thought, which names whose run it belongs to. */
export const thoughtOf = (owner: string, n: number) => `thought ${n} for ${owner}`;

const lookUp = defineTool({
  name: 'look_up',
  effect: 'none',
  input,
  output: z.object({ owner: z.string() }),
  async run({ owner, pace_ms }, { signal }) {
    await wait(pace_ms, undefined, { signal });
    return { owner };
  },
});

const soaked = defineAgent({
  name: 'soaked',
  input,
  output: z.object({ owner: z.string() }),
  tools: { lookUp },
  heartbeatTimeoutMs: 2_000,
  async run(given, { think, tools, signal }) {
    for (let n = 1; n <= THOUGHTS; n += 1) {
      await wait(given.pace_ms, undefined, { signal });
      think(thoughtOf(given.owner, n), { progress: 10 * n });
      if (n === 3) await tools.lookUp(given);
    }
    return { owner: given.owner };
  },
});

export const soakApp = defineApp({ agents: [soaked] });

const step = (id: string, ...needs: string[]) => ({ id, agent: 'soaked', input: '$input', needs });

/** Two agents beside each other, then two after each other. */
export const soakPlan: Plan = {
  name: 'soak',
  strategy: 'parallel',
  steps: [step('left'), step('right'), step('both', 'left', 'right'), step('last', 'both')],
};
