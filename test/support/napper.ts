import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';

/** A local agent that takes most of the time it may. */
export const napper = defineAgent({
  name: 'napper',
  local: true,
  input: z.object({}),
  output: z.object({ slept: z.boolean() }),
  async run(_input, { think, signal }) {
    think('Falling asleep', { progress: 10 });
    await sleep(800, undefined, { signal });
    think('Waking up', { progress: 90 });
    return { slept: true };
  },
});

export const agents = [napper];
