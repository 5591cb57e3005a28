import { workingAgent } from './scenario-agents/f-agents.ts';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { z } from 'zod';

/** Never ends on its first attempt, in a process that a test kills. */
const stuckOnce = defineAgent({
  name: 'stuck_once',
  input: z.unknown(),
  output: z.looseObject({ attempt: z.int() }),
  heartbeatTimeoutMs: 1_000,
  async run(_input, { attempt, think }) {
    think(`attempt ${attempt} in process ${process.pid}`);
    if (attempt === 1) await new Promise(() => setInterval(() => undefined, 1_000));
    return { attempt };
  },
});

export const agents = [workingAgent, stuckOnce];
