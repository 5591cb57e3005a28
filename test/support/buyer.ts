import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { chargeTool } from './charge-tool.ts';

/** An agent that pays once between two waits, by a tool that can or cannot tell what happened to a call. */
export function buyer({ url }: { url: string }) {
  return defineAgent({
    name: 'buyer',
    input: z.object({ cents: z.int(), blind: z.boolean(), call_at: z.number(), after_ms: z.number() }),
    output: z.object({ receipt: z.string() }),
    tools: {
      charge: chargeTool({ url }),
      chargeBlind: defineTool({ ...chargeTool({ url, reconciles: false }), name: 'charge_blind' }),
    },
    timeoutMs: 30_000,
    // A busy machine keeps a living worker from its heartbeat for a second or two.
    heartbeatTimeoutMs: 4_000,
    async run({ cents, blind, call_at, after_ms }, { tools, signal }) {
      await setTimeout(Math.max(0, call_at - Date.now()), undefined, { signal });
      const paid = await (blind ? tools.chargeBlind({ cents }) : tools.charge({ cents }));
      await setTimeout(after_ms, undefined, { signal });
      return paid;
    },
  });
}
