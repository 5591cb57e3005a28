import { planActionsTool } from '../tools/plan-actions.ts';
import { COST_HEADS } from './cost-heads.ts';
import { defineAgent } from './define-agent.ts';

/** Turns what can be saved into what to do: a concrete change with gate, rollback, effort and phase for each. */
export const actions = defineAgent({
  ...COST_HEADS.actions,
  tools: { planActions: planActionsTool },
  async run(input, { think, tools }) {
    const count = input.savings.length;
    think(`Planning ${count} change${count === 1 ? '' : 's'}`, { progress: 20 });
    const planned = await tools.planActions(input);
    think(`${planned.plan.length} phase(s), each change with a gate and a way back`, { progress: 95 });
    return planned;
  },
});
