import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Plan, PlanResult } from '../../src/contracts/plan.ts';
import { ofAgents, ofType, peakOf } from '../support/feed-figures.ts';
import { measured } from '../support/measured.ts';
import { agents } from '../support/scenario-agents/w-agents.ts';
import { startScenario, type Ended, type Scenario } from '../support/start-scenario.ts';
import { untilMet } from '../support/until-met.ts';

let s: Scenario;
beforeAll(async () => {
  s = await startScenario({ agents });
  await s.runAgent('warm_up', 'reporting');
});
afterAll(() => s.stop());

const supplied = {
  triage: {
    category: 'cost_optimization',
    priority: 'high',
    data_sufficiency: 'sufficient',
    next_agents: ['data_helper', 'optimization'],
  },
  data_helper: {
    data_sources: 3,
    data_quality: 'high',
    analysis_complete: true,
    key_metrics: {
      monthly_spend: 45_000,
      model_usage: { gpt4: 60, claude: 40 },
    },
  },
};

const statusesOf = ({ outcome }: Ended<PlanResult>) =>
  (outcome.result?.steps ?? []).map(({ id, status }) => `${id} ${status}`);

test('test_parallel_agent_execution_with_dependencies', async () => {
  const plan: Plan = {
    name: 'side by side',
    strategy: 'parallel',
    steps: [
      { id: 'reporting', agent: 'reporting' },
      {
        id: 'optimization',
        agent: 'optimization',
        needs: ['data_helper'],
        input: '$steps.data_helper',
      },
    ],
  };
  const { run, events, apartMs } = await untilMet(
    async (n) => {
      const ended = await s.runPlan(`parallel_${n}`, { plan, results: supplied });
      const own = ofAgents(await s.feedOf(ended.user));
      const [one = 0, other = 0] = ofType(own, 'agent_started').map(({ at }) => Date.parse(at));
      return { run: ended, events: own, apartMs: Math.abs(one - other) };
    },
    (tried) => tried.run.wallMs < 500 && tried.apartMs < 100 && peakOf(tried.events) === 2,
  );
  expect(run.wallMs).toBeLessThan(500);
  expect(statusesOf(run)).toEqual(['reporting completed', 'optimization completed']);
  expect(ofType(events, 'agent_started')).toHaveLength(2);
  expect(apartMs).toBeLessThan(100);
  expect(peakOf(events)).toBe(2);
  const ran = await s.ranIn(run);
  // What was supplied is no agent's work.
  expect(ran.map(({ type }) => type).filter((type) => !type.startsWith('baton.'))).toEqual([
    'reporting',
    'optimization',
  ]);
  measured('test_parallel_agent_execution_with_dependencies', {
    wall_ms: run.wallMs,
    starts_apart_ms: apartMs,
  });
});

test('test_parallel_agent_execution_with_dependencies: in a diamond the middle overlaps and the last waits', async () => {
  const plan: Plan = {
    name: 'diamond',
    strategy: 'parallel',
    steps: [
      { id: 'a', agent: 'triage', input: '$input' },
      { id: 'b', agent: 'reporting', needs: ['a'] },
      { id: 'c', agent: 'data_helper', needs: ['a'], input: '$steps.a' },
      { id: 'd', agent: 'reporting', needs: ['b', 'c'] },
    ],
  };
  const run = await s.runPlan('diamond', {
    plan,
    input: { request: 'We want to pay less for AI' },
  });
  expect(statusesOf(run)).toEqual(['a completed', 'b completed', 'c completed', 'd completed']);
  const events = ofAgents(await s.feedOf('diamond'));
  expect(peakOf(events)).toBe(2);
  expect(peakOf(events.filter(({ step }) => step === 'b' || step === 'c'))).toBe(2);
  const last = events.filter(({ step }) => step === 'd');
  expect(events.slice(-last.length)).toEqual(last);
});

test('test_parallel_agent_execution_with_dependencies: a failing sibling cancels nobody', async () => {
  const plan: Plan = {
    name: 'siblings',
    strategy: 'parallel',
    steps: [
      { id: 'good', agent: 'reporting' },
      // Without anything to work on it refuses at once.
      { id: 'bad', agent: 'data_helper', input: '$input' },
    ],
  };
  const run = await s.runPlan('siblings', { plan });
  expect(run.outcome.status).toBe('failed');
  expect(statusesOf(run)).toEqual(['good completed', 'bad failed']);
});

test('test_parallel_agent_execution_with_dependencies: a cycle or an unknown dependency never starts', async () => {
  const steps = (needs: string[]) => [
    { id: 'a', agent: 'reporting', needs },
    { id: 'b', agent: 'reporting', needs: ['a'] },
  ];
  await expect(s.runPlan('refused', { plan: { name: 'p', steps: steps(['b']) } })).rejects.toThrow(/cycle|circle/i);
  await expect(s.runPlan('refused', { plan: { name: 'p', steps: steps(['nobody']) } })).rejects.toThrow(/nobody/);
  expect(await s.feedOf('refused')).toEqual([]);
});
