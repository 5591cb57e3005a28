import { z } from 'zod';
import { defineAgent } from '../../../src/agents/define-agent.ts';
import type { Scenario } from '../scenario.ts';

const value = z.looseObject({});

/** Recovers after a wait that is short, after one that a timer of the workflow takes over, or never. */
const nearby = defineAgent({
  name: 'nearby',
  local: true,
  input: value,
  output: value,
  retry: { maxAttempts: 2, initialIntervalMs: 10 },
  run({ fails = 0 }, { attempt }) {
    if (attempt <= Number(fails)) throw new Error(`it fails on attempt ${attempt}`);
    return { attempt };
  },
});
const echo = defineAgent({ name: 'echo', input: value, output: value, run: (given) => given });
const agents = [nearby, echo];
const step = (id: string, rest: object = {}) => ({ id, agent: 'nearby', ...rest });

export const localScenarios: Scenario[] = [
  { name: 'local-completed', workflow: 'runAgent', agents, input: { agent: 'nearby', input: {} }, status: 'completed' },
  {
    name: 'local-failed',
    workflow: 'runAgent',
    agents,
    input: { agent: 'nearby', input: { fails: 2 } },
    status: 'failed',
  },
  {
    name: 'local-plan',
    workflow: 'runPlan',
    agents,
    input: {
      plan: {
        name: 'recorded',
        steps: [
          step('first'),
          step('second', { agent: 'echo', needs: ['first'] }),
          step('third', { input: { fails: 1 }, retry: { max_attempts: 2, initial_interval_ms: 1_100 } }),
          step('fourth', { input: { fails: 9 }, continue_on_error: true }),
          step('fifth', { input: {} }),
        ],
      },
    },
    status: 'completed_with_errors',
  },
];
