import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BatonError } from '../../src/contracts/baton-error.ts';
import type { Plan, PlanResult } from '../../src/contracts/plan.ts';
import { ofAgents, ofType, peakOf } from '../support/feed-figures.ts';
import { measured } from '../support/measured.ts';
import { agents, dataHelper } from '../support/scenario-agents/w-agents.ts';
import { spawnAgentWorker } from '../support/spawn-worker.ts';
import { startScenario, type Ended, type Scenario } from '../support/start-scenario.ts';
import { shared } from '../support/test-run.ts';

let s: Scenario;
/** What happens while `data_helper` is at work. */
let meanwhile: () => void;

const watched: typeof dataHelper = {
  ...dataHelper,
  run(input, ctx) {
    meanwhile();
    return dataHelper.run(input, ctx);
  },
};

beforeAll(async () => {
  s = await startScenario({
    agents: agents.map((agent) => (agent === dataHelper ? watched : agent)),
  });
  await s.runAgent('warm_up', 'reporting');
});
afterAll(() => s.stop());

const plan: Plan = {
  name: 'handoff',
  steps: [
    {
      id: 'data_helper',
      agent: 'data_helper',
      needs: ['triage'],
      input: '$steps.triage',
      continue_on_error: true,
    },
    {
      id: 'optimization',
      agent: 'optimization',
      needs: ['data_helper'],
      input: '$steps.data_helper',
    },
  ],
};
const input = {
  request: 'Cut our AI bill of $45k a month',
  target: 'cost_performance',
};
const triage = {
  category: 'cost_optimization',
  priority: 'high',
  data_sufficiency: 'sufficient',
  next_agents: [],
};

const stepsOf = ({ outcome }: Ended<PlanResult>) => outcome.result?.steps ?? [];

test('test_datahelper_to_optimization_handoff: without the data optimization never starts, and its step names the gap', async () => {
  meanwhile = () => {
    throw new BatonError('InsufficientData', 'there is no usage export');
  };
  const run = await s.runPlan('gap', { plan, input, results: { triage } });
  expect(run.outcome.status).toBe('failed');
  const [data, optimization] = stepsOf(run);
  expect(data).toMatchObject({
    status: 'failed',
    error: { type: 'InsufficientData' },
  });
  expect(optimization).toMatchObject({
    status: 'failed',
    attempts: 0,
    error: { type: 'InvalidInput' },
  });
  expect(optimization?.error?.message).toMatch(/needs the result of step data_helper.*there is no usage export/);
  const events = await s.feedOf('gap');
  expect(ofAgents(events).filter(({ agent }) => agent === 'optimization')).toEqual([]);
});

test('test_datahelper_to_optimization_handoff', async () => {
  const { codePath } = shared().workflowBundle;
  const module = new URL('../support/scenario-agents/w-agents.ts', import.meta.url);
  let other: ReturnType<typeof spawnAgentWorker> | undefined;
  // This process takes nothing new once `data_helper` is at work, so that what follows needs another worker.
  meanwhile = () => {
    s.leave();
    other = spawnAgentWorker({ ...s, codePath, module });
  };
  try {
    const run = await s.runPlan('handoff', {
      plan,
      input,
      results: { triage },
    });
    expect(run.outcome.status).toBe('completed');
    const [data, optimization] = stepsOf(run);
    expect(data?.result).toMatchObject({
      data_quality: 'high',
      analysis_complete: true,
    });
    const { key_metrics } = data?.result as {
      key_metrics: { monthly_spend: number };
    };
    const { recommendations, total_savings, confidence } = optimization?.result as {
      recommendations: { savings: number }[];
      total_savings: number;
      confidence: number;
    };
    expect(confidence).toBeGreaterThan(0.5);
    expect(recommendations.reduce((sum, { savings }) => sum + savings, 0)).toBe(total_savings);
    expect([total_savings, key_metrics.monthly_spend]).toEqual([15_000, 45_000]);

    // What one process gave, the other one got through the workflow, unchanged.
    const ran = (await s.ranIn(run)).filter(({ type }) => !type.startsWith('baton.'));
    expect(ran.map(({ type, attempts }) => [type, attempts])).toEqual([
      ['data_helper', 1],
      ['optimization', 1],
    ]);
    expect(ran[1]?.given.input).toEqual(data?.result);
    const [first, second] = ran.map(({ worker }) => worker);
    expect(first).toMatch(new RegExp(`^${process.pid}@`));
    expect(second).toMatch(new RegExp(`^${(await other)?.pid}@`));

    const events = ofAgents(await s.feedOf('handoff'));
    expect(events.map(({ agent }) => agent)).toEqual(
      ['data_helper', 'optimization'].flatMap((agent) => Array<string>(6).fill(agent)),
    );
    expect(ofType(events, 'tool_executing', 'tool_completed')).toHaveLength(4);
    expect(peakOf(events)).toBe(1);
    measured('test_datahelper_to_optimization_handoff', {
      processes: 2,
      tool_events: 4,
      wall_with_start_of_the_second_process_ms: run.wallMs,
    });
  } finally {
    await (await other)?.kill();
  }
});
