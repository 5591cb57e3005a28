import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { COST_AGENTS, type CostAgentName } from '../../src/contracts/names.ts';

/** What each of the five gives: just enough for `costOptimization` to hand on. */
export const RESULTS: Record<CostAgentName, object> = {
  triage: { data_sufficiency: 'sufficient', files: [], stated_monthly_usd: null },
  data_helper: { bad_rows: [], notes: [], source: {}, baseline: { monthly_usd: 1 }, price_book: {}, segments: [] },
  optimization: { savings: [], phases: [], assumptions: [], total: { monthly_usd: { expected: 0 }, percent: 0 } },
  actions: { recommendations: [], plan: [], assumptions: [] },
  reporting: { report: { status: 'completed' } },
};

/** The five agents with nothing to do but wait `workMs`. */
export function idleAgents(workMs: number) {
  return COST_AGENTS.map((name) =>
    defineAgent({
      name,
      input: z.looseObject({}),
      output: z.looseObject({}),
      async run() {
        if (workMs > 0) await sleep(workMs);
        return RESULTS[name] as Record<string, unknown>;
      },
    }),
  );
}
