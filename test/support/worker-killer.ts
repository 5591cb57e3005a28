import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';

/** Kills its own process, each time. */
export const killer = defineAgent({
  name: 'killer',
  input: z.object({}),
  output: z.object({}),
  heartbeatTimeoutMs: 800,
  run() {
    process.kill(process.pid, 'SIGKILL');
    return new Promise<never>(() => undefined);
  },
});

/** The same, in the workflow's own task. */
export const localKiller = defineAgent({ ...killer, name: 'local_killer', local: true, heartbeatTimeoutMs: undefined });

export const agents = [killer, localKiller];
