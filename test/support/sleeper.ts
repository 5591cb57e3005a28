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

/** The same, but it stays asleep until it was told to stop three times. */
export const deepSleeper = defineAgent({
  ...sleeper,
  name: 'deep_sleeper',
  run: (input, ctx) => (ctx.attempt > 3 ? { woke_on: ctx.attempt } : sleeper.run(input, { ...ctx, attempt: 1 })),
});

export const agents = [sleeper, deepSleeper];
