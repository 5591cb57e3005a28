import { defineAgent } from '../../../src/agents/define-agent.ts';
import type { CompensateRun } from '../../../src/contracts/compensate-run.ts';
import { COMPENSATE_WORKFLOW, compensationIdOf } from '../../../src/contracts/names.ts';
import type { Scenario } from '../scenario.ts';
import { booker, value, waits } from './recorded-agents.ts';

const fails = defineAgent({
  name: 'fails',
  input: value,
  output: value,
  retry: { maxAttempts: 1 },
  run() {
    throw new Error('it always fails');
  },
});
const agents = [booker, fails, waits];
const step = (id: string, rest: object = {}) => ({ id, agent: 'booker', input: {}, ...rest });

export const undoScenarios: Scenario[] = [
  {
    name: 'plan-effects-undone',
    workflow: 'runPlan',
    agents,
    input: {
      plan: {
        name: 'recorded',
        steps: [step('a'), step('b', { input: { kept: true } }), step('c', { agent: 'fails' })],
      },
    },
    status: 'failed',
  },
  {
    name: 'plan-timed-out',
    workflow: 'runPlan',
    agents,
    input: { plan: { name: 'recorded', steps: [step('a'), step('b', { agent: 'waits' }), step('c')] } },
    start: { timeout_ms: 2_000 },
    status: 'timed_out',
  },
  {
    name: 'compensate-run',
    workflow: 'runAgent',
    agents: [booker],
    input: { agent: 'booker', input: {} },
    status: 'completed',
    follow({ client, taskQueue, end }) {
      const { user_id, thread_id, run_id, request_id, workflow_id, generation } = end;
      const input: CompensateRun = {
        context: { user_id, thread_id, run_id, request_id },
        workflow_id,
        generation,
        undos: [{ undo: 'booker-1', agent: 'booker' }],
        end: { ...end, id: `${end.id}:closed` },
      };
      const workflowId = compensationIdOf({ workflowId: workflow_id, temporalRun: 'recorded' });
      return client.workflow.start(COMPENSATE_WORKFLOW, { workflowId, taskQueue, args: [input] });
    },
  },
];
