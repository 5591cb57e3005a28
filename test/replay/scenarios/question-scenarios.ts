import { z } from 'zod';
import { defineAgent } from '../../../src/agents/define-agent.ts';
import { defineTool } from '../../../src/tools/define-tool.ts';
import type { Scenario } from '../scenario.ts';

const value = z.looseObject({});

/** Its first question is answered, its second one expires. */
const asker = defineAgent({
  name: 'asker',
  input: value,
  output: value,
  async run(_given, { ask }) {
    const { decision: size } = await ask({ question: 'Which size?', options: ['small', 'large'] });
    const { decision: colour } = await ask({ question: 'Which colour?', options: ['red', 'blue'], expiresMs: 300 });
    return { size, colour };
  },
});

const called = new Set<string>();
/** Nobody hears of a first call, and it cannot tell what became of it. */
const pay = defineTool({
  name: 'pay',
  effect: 'once',
  timeoutMs: 50,
  input: value,
  output: value,
  run(_input, { idempotencyKey }) {
    if (called.has(idempotencyKey)) return { receipt: 2 };
    called.add(idempotencyKey);
    throw new Error('socket hang up');
  },
});
const payer = defineAgent({
  name: 'payer',
  input: value,
  output: value,
  tools: { pay },
  retry: { maxAttempts: 2, initialIntervalMs: 20 },
  run: (given, { tools }) => tools.pay(given),
});
const step = (id: string, rest: object = {}) => ({ id, agent: 'payer', input: { bill: id }, ...rest });

export const questionScenarios: Scenario[] = [
  {
    name: 'agent-asked',
    workflow: 'runAgent',
    agents: [asker],
    input: { agent: 'asker', input: {} },
    async act(handle, until) {
      await until(({ type }) => type === 'approval_requested');
      await handle.signal('decide', { approval_id: 'asker-1.1', decision: 'large', by: 'u1' });
    },
    status: 'completed',
  },
  {
    name: 'plan-effect-unknown',
    workflow: 'runPlan',
    agents: [payer],
    input: {
      plan: { name: 'recorded', steps: [step('a'), step('b'), step('c', { continue_on_error: true })] },
    },
    async act(handle, until) {
      const answers = [
        { approval_id: 'a.1', decision: 'done', data: { receipt: 1 } },
        { approval_id: 'b.1', decision: 'not_done' },
        { approval_id: 'c.1', decision: 'stop' },
      ];
      for (const answer of answers) {
        await until(({ payload }) => (payload as { approval_id?: string }).approval_id === answer.approval_id);
        await handle.signal('decide', { ...answer, by: 'u1' });
      }
    },
    status: 'completed_with_errors',
  },
];
