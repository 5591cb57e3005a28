import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PlanResult, PlanStep } from '../../src/contracts/plan.ts';
import { ofAgents, ofType } from '../support/feed-figures.ts';
import { measured } from '../support/measured.ts';
import { dataHelper, failingOptimization, reporting } from '../support/scenario-agents/w-agents.ts';
import { startScenario, type Ended, type Scenario } from '../support/start-scenario.ts';

let s: Scenario;
beforeAll(async () => {
  s = await startScenario({
    agents: [dataHelper, failingOptimization, reporting],
  });
  await s.runAgent('warm_up', 'reporting');
});
afterAll(() => s.stop());

const triage = {
  category: 'cost_optimization',
  priority: 'high',
  data_sufficiency: 'sufficient',
  next_agents: [],
};

function run(user: string, more: Partial<PlanStep>) {
  const steps = [
    {
      id: 'data_helper',
      agent: 'data_helper',
      needs: ['triage'],
      input: '$steps.triage',
      ...more,
    },
    {
      id: 'optimization',
      agent: 'optimization',
      input: '$steps.data_helper',
      ...more,
    },
    { id: 'reporting', agent: 'reporting', ...more },
  ];
  return s.runPlan(user, {
    plan: { name: 'errors', steps },
    results: { triage },
  });
}

const stepsOf = ({ outcome }: Ended<PlanResult>) => outcome.result?.steps ?? [];

test('test_workflow_error_propagation_and_recovery', async () => {
  const ended = await run('recovers', { continue_on_error: true });
  expect(ended.outcome.status).toBe('completed_with_errors');
  const [data, optimization, report] = stepsOf(ended);
  expect([data?.status, optimization?.status, report?.status]).toEqual(['completed', 'failed', 'completed']);
  expect(optimization?.error?.message).toContain('optimization failure');
  // The report says which step failed and why: that is what it was told.
  expect(report?.result).toMatchObject({
    text: expect.stringMatching(/optimization failed: .*optimization failure/),
  });

  const events = ofAgents(await s.feedOf('recovers'));
  expect(ofType(events, 'agent_completed').map(({ agent }) => agent)).toEqual(['data_helper', 'reporting']);
  const told = events.filter(({ agent }) => agent === 'optimization').map(({ type }) => type);
  expect(told).toEqual([
    ...['agent_started', 'agent_thinking', 'agent_retrying'],
    ...['agent_started', 'agent_thinking', 'agent_error'],
  ]);
  expect(ofType(events, 'agent_error')).toHaveLength(1);
  measured('test_workflow_error_propagation_and_recovery', {
    wall_ms: ended.wallMs,
    attempts: optimization?.attempts ?? 0,
  });
});

test('test_workflow_error_propagation_and_recovery: without the flag the rest is skipped and what was done is undone', async () => {
  const ended = await run('gives_up', { compensate: { agent: 'reporting' } });
  expect(ended.outcome).toMatchObject({
    status: 'failed',
    error: { message: expect.stringContaining('optimization') },
  });
  expect(stepsOf(ended).map(({ id, status }) => `${id} ${status}`)).toEqual([
    'data_helper compensated',
    'optimization failed',
    'reporting skipped',
  ]);
  const events = await s.feedOf('gives_up');
  expect(ofType(events, 'agent_started').filter(({ step }) => step === 'reporting')).toEqual([]);
  // A step that failed may have had an effect all the same, so its undo runs too; the later step's first.
  const undone = ofType(events, 'compensation_completed').map(({ payload }) => payload);
  expect(undone).toMatchObject([
    { step: 'optimization', success: true },
    { step: 'data_helper', success: true },
  ]);
});
