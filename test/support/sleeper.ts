import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';

/** Sleeps until it is told to stop, and is awake the next time. One attempt is all it has. */
export const sleeper = defineAgent({
  name: 'sleeper',
  input: z.object({}),
  output: z.object({ woke_on: z.number() }),
  retry: { maxAttempts: 1 },
  async run(_input, { attempt, signal, think }) {
    think('sleeping');
    if (attempt > 1) return { woke_on: attempt };
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  },
});

export const agents = [sleeper];
