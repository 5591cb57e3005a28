// app.ts: the agents. Each checks what comes in and what goes out; the engine retries, limits and records them.
import { defineAgent, defineApp } from 'baton-agents';
import { z } from 'zod';

export const sorter = defineAgent({
  name: 'sorter',
  input: z.object({ text: z.string().min(1) }),
  output: z.object({ text: z.string(), topic: z.string() }),
  timeoutMs: 30_000,
  retry: { maxAttempts: 3 },
  run({ text }, ctx) {
    ctx.think('Reading the message');
    return { text, topic: /parcel|delivery/i.test(text) ? 'delivery' : 'other' };
  },
});

export const writer = defineAgent({
  name: 'writer',
  input: sorter.output,
  output: z.object({ reply: z.string() }),
  async run({ topic }, ctx) {
    ctx.think(`Writing about: ${topic}`, { progress: 50 });
    return { reply: topic === 'other' ? 'Thank you, a colleague will answer.' : `We look into your ${topic} today.` };
  },
});

export default defineApp({ agents: [sorter, writer], workflows: new URL('./workflows.ts', import.meta.url) });
