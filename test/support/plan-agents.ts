import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';

/** Gives back what it got, after a while. */
export const echo = defineAgent({
  name: 'echo',
  input: z.looseObject({ wait_ms: z.number().optional() }),
  output: z.looseObject({}),
  async run({ wait_ms, ...rest }, { signal }) {
    if (wait_ms) await wait(wait_ms, undefined, { signal });
    return rest;
  },
});

export const breaker = defineAgent({
  name: 'breaker',
  input: z.looseObject({}),
  output: z.looseObject({}),
  retry: { maxAttempts: 1 },
  run() {
    throw new Error('breaker failure');
  },
});
