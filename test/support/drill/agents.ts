import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent } from '../../../src/agents/define-agent.ts';

/** What happens outside is a file of this name in the drill's folder. */
const happened = (what: string) => existsSync(join(process.env.DRILL_DIR ?? '', what));

const nothing = { input: z.unknown(), output: z.object({}) };

export const quick = defineAgent({ name: 'quick', ...nothing, run: () => ({}) });

/** Fails until the door is open, and would try again in ten minutes. */
export const doorman = defineAgent({
  name: 'doorman',
  ...nothing,
  retry: { maxAttempts: 5, initialIntervalMs: 600_000, maxIntervalMs: 600_000 },
  run() {
    if (!happened('open')) throw new Error('the door is shut');
    return {};
  },
});

export const asker = defineAgent({
  name: 'asker',
  input: z.unknown(),
  output: z.object({ decision: z.string() }),
  run: async (_input, { ask }) => ({ decision: (await ask({ id: 'go', question: 'Go on?' })).decision }),
});

/** Sleeps until the morning has come. */
export const sleeper = defineAgent({
  name: 'sleeper',
  ...nothing,
  timeoutMs: 120_000,
  async run(_input, { signal }) {
    while (!happened('morning')) await wait(50, undefined, { signal });
    return {};
  },
});
