import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';

/** Asks its user, who is reminded a moment later and has long to answer. */
const asker = defineAgent({
  name: 'asker',
  input: z.unknown(),
  output: z.object({ decision: z.string(), by: z.string() }),
  async run(_input, { ask }) {
    const { decision, by } = await ask({ id: 'go', question: 'Go on?', expiresMs: 600_000, remindMs: 599_500 });
    return { decision, by };
  },
});

export const agents = [asker];
