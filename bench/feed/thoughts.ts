import type { NewEvent } from '../../src/contracts/event.ts';
import { EVENT_SCHEMA_VERSION } from '../../src/contracts/names.ts';

let made = 0;

/** Thoughts of a user's agents as an activity tells them: 100 events to an agent, ten agents to a run. */
export function thoughts(userId: string, count: number): NewEvent[] {
  return Array.from({ length: count }, () => {
    made += 1;
    const run_id = `r${Math.floor(made / 1_000)}`;
    const agent_run = `optimization-${Math.floor(made / 100) % 10}`;
    const workflow_id = `costOptimization/${userId}/${run_id}`;
    const exec = 'optimization.1.1764000000123';
    return {
      schema_version: EVENT_SCHEMA_VERSION,
      id: `${workflow_id}:7c0e2f0e-6b1d-4a53-9a44-1c2d3e4f5a6b:5:${exec}:${made}`,
      type: 'agent_thinking',
      at: new Date().toISOString(),
      user_id: userId,
      thread_id: 't1',
      run_id,
      request_id: run_id,
      workflow_id,
      agent: 'optimization',
      agent_run,
      step: null,
      of: null,
      parent: null,
      generation: 0,
      attempt: 1,
      exec,
      final: false,
      payload: { reasoning: 'Comparing what each technique saves', step_number: made, progress_percentage: 40 },
    };
  });
}
