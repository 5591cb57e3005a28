import { z } from 'zod';
import { defineAgent } from '../../../src/agents/define-agent.ts';
import type { CompensateRun } from '../../../src/contracts/compensate-run.ts';
import { COMPENSATE_WORKFLOW, compensationIdOf } from '../../../src/contracts/names.ts';
import { defineTool } from '../../../src/tools/define-tool.ts';
import type { Scenario } from '../scenario.ts';

const value = z.looseObject({});
const book = defineTool({
  name: 'book',
  effect: 'idempotent',
  input: value,
  output: value,
  run: () => ({ receipt: 1 }),
  compensate: () => undefined,
});
const booker = defineAgent({
  name: 'booker',
  input: value,
  output: value,
  tools: { book },
  run: (_given, { tools }) => tools.book({}),
});

export const undoScenarios: Scenario[] = [
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
