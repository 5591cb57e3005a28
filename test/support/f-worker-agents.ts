import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { workingAgent } from './scenario-agents/f-agents.ts';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { z } from 'zod';

/** Never ends on its first attempt, in a process that a test kills; the next one ends when the file of the gate exists. */
const stuckOnce = defineAgent({
  name: 'stuck_once',
  input: z.object({ gate: z.string().optional() }),
  output: z.looseObject({ attempt: z.int() }),
  heartbeatTimeoutMs: 1_000,
  async run({ gate }, { attempt, think, signal }) {
    think(`attempt ${attempt} in process ${process.pid}`);
    if (attempt === 1) await new Promise(() => setInterval(() => undefined, 1_000));
    while (gate !== undefined && !existsSync(gate)) await wait(20, undefined, { signal });
    return { attempt };
  },
});

export const agents = [workingAgent, stuckOnce];
