import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent, type AgentContext, type Tools } from '../../../src/agents/define-agent.ts';
import { defineTool } from '../../../src/tools/define-tool.ts';

/** How long each agent of set W works, in milliseconds. */
export const W_WORK_MS = { triage: 30, data_helper: 80, optimization: 120, actions: 60, reporting: 50 } as const;

type Name = keyof typeof W_WORK_MS;

/** A tool that takes as long as its agent works. */
function slowTool<const ToolName extends string>(agent: Name, name: ToolName, answer: Record<string, unknown>) {
  return defineTool({
    name,
    effect: 'none',
    input: z.looseObject({}),
    output: z.looseObject({}),
    async run(_input, { signal }) {
      await sleep(W_WORK_MS[agent], undefined, { signal });
      return answer;
    },
  });
}

/** One thought, the work, another thought: what every agent of the set does. */
async function work<Result>({ think }: AgentContext, about: string, doIt: () => Promise<unknown>, result: Result) {
  think(`looks at ${about}`, { progress: 25 });
  await doIt();
  think(`has an answer about ${about}`, { progress: 90 });
  return result;
}

const request = z.looseObject({ request: z.string() });
const triageResult = z.object({
  category: z.string(),
  priority: z.string(),
  data_sufficiency: z.string(),
  next_agents: z.array(z.string()),
});
const dataResult = z.object({
  data_sources: z.number(),
  data_quality: z.string(),
  analysis_complete: z.boolean(),
  key_metrics: z.object({ monthly_spend: z.number(), model_usage: z.record(z.string(), z.number()) }),
});
const recommendation = z.object({ technique: z.string(), savings: z.number() });
const optimizationResult = z.object({
  recommendations: z.array(recommendation),
  total_savings: z.number(),
  confidence: z.number(),
});
const actionsResult = z.object({ action_plan: z.record(z.string(), z.string()), implementation_ready: z.boolean() });

export const triage = defineAgent({
  name: 'triage',
  input: request,
  output: triageResult,
  tools: { classify: slowTool('triage', 'triage_classifier', { category: 'optimization_request' }) },
  run: ({ request: text }, ctx) =>
    work(ctx as AgentContext<Tools>, 'the request', () => ctx.tools.classify({ request: text }), {
      category: 'cost_optimization',
      priority: 'high',
      data_sufficiency: 'sufficient',
      next_agents: ['data_helper', 'optimization'],
    }),
});

/** Works on what `triage` found; without that it refuses, naming what is missing. */
export const dataHelper = defineAgent({
  name: 'data_helper',
  input: triageResult,
  output: dataResult,
  tools: {
    analyze: slowTool('data_helper', 'data_analyzer', { analysis_complete: true, data_quality: 'high' }),
  },
  run: (_input, ctx) =>
    work(ctx as AgentContext<Tools>, 'the data', () => ctx.tools.analyze({ source: 'user_data' }), {
      data_sources: 3,
      data_quality: 'high',
      analysis_complete: true,
      key_metrics: { monthly_spend: 45_000, model_usage: { gpt4: 60, claude: 40 } },
    }),
});

/** Works on what `data_helper` found; without that it refuses, naming what is missing. */
export const optimization = defineAgent({
  name: 'optimization',
  input: dataResult,
  output: optimizationResult,
  tools: {
    optimize: slowTool('optimization', 'optimization_engine', { recommendations: 3, estimated_savings: 15_000 }),
  },
  run: (_input, ctx) =>
    work(ctx as AgentContext<Tools>, 'the savings', () => ctx.tools.optimize({ strategy: 'cost_performance' }), {
      recommendations: [
        { technique: 'model_switching', savings: 8_000 },
        { technique: 'batch_processing', savings: 5_000 },
        { technique: 'caching', savings: 2_000 },
      ],
      total_savings: 15_000,
      confidence: 0.85,
    }),
});

/** Works on what `optimization` found; without that it refuses, naming what is missing. */
export const actions = defineAgent({
  name: 'actions',
  input: optimizationResult,
  output: actionsResult,
  tools: { plan: slowTool('actions', 'action_planner', { action_plan: 'generated', timeline: '2_weeks' }) },
  run: ({ recommendations }, ctx) =>
    work(ctx as AgentContext<Tools>, 'the actions', () => ctx.tools.plan({ recommendations }), {
      action_plan: {
        phase1: 'caching (week 1)',
        phase2: 'model optimization (week 2)',
        phase3: 'batch processing (week 3)',
      },
      implementation_ready: true,
    }),
});

/** Sums up whatever there is, also what failed. */
export const reporting = defineAgent({
  name: 'reporting',
  input: z.looseObject({ failed: z.record(z.string(), z.looseObject({ message: z.string() })).optional() }),
  output: z.object({ text: z.string() }),
  run({ failed = {}, ...results }, ctx) {
    const failures = Object.entries(failed).map(([step, { message }]) => `${step} failed: ${message}`);
    const text = [`results of ${Object.keys(results).join(', ') || 'nothing'}`, ...failures].join('; ');
    return work(ctx as AgentContext<Tools>, 'the report', () => sleep(W_WORK_MS.reporting), { text });
  },
});

/** Stands in for `optimization`, thinks once and throws on every attempt. */
export const failingOptimization = defineAgent({
  name: 'optimization',
  input: dataResult,
  output: optimizationResult,
  retry: { maxAttempts: 2, initialIntervalMs: 50 },
  run(_input, { think }) {
    think('looks at the savings', { progress: 25 });
    throw new Error('simulated optimization failure');
  },
});

export const agents = [triage, dataHelper, optimization, actions, reporting] as const;
