import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';

export const anything = { input: z.unknown(), output: z.object({}) };

/** Does what may have to be undone. */
export const walk = defineAgent({ name: 'walk', ...anything, run: () => ({}) });

/** Fails, so that what came before it is undone. */
export const trip = defineAgent({
  name: 'trip',
  ...anything,
  retry: { maxAttempts: 1 },
  run: () => {
    throw new Error('fell');
  },
});
