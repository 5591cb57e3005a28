import { describe, expect, test } from '@jest/globals';
import { eventSchema, newEventSchema } from '../../src/contracts/event.ts';
import * as names from '../../src/contracts/names.ts';
import { planSchema } from '../../src/contracts/plan.ts';
import { reportSchema } from '../../src/contracts/report.ts';
import { userContextSchema } from '../../src/contracts/user-context.ts';

const published = {
  seq: 42,
  schema_version: 1,
  epoch: 'e1',
  id: 'costOptimization/u1/r1:7c0e…:5:optimization.1.1764000000123:3',
  type: 'agent_thinking',
  at: '2026-11-24T03:00:00.123Z',
  user_id: 'u1',
  thread_id: 't1',
  run_id: 'r1',
  request_id: 'q1',
  workflow_id: 'costOptimization/u1/r1',
  agent: 'optimization',
  agent_run: 'optimization-1',
  step: null,
  of: null,
  parent: null,
  generation: 0,
  attempt: 1,
  exec: 'optimization.1.1764000000123',
  final: false,
  payload: { reasoning: 'Comparing prices', step_number: 1, progress_percentage: 40 },
};

describe('the event contract', () => {
  test('accepts the envelope of the protocol', () => {
    expect(eventSchema.parse(published)).toEqual(published);
  });

  test('keeps fields that a newer writer added to a payload', () => {
    const newer = { ...published, payload: { ...published.payload, mood: 'calm' } };
    expect(eventSchema.parse(newer).payload).toHaveProperty('mood', 'calm');
  });

  test('refuses a payload of another type, naming the field', () => {
    const wrong = { ...published, payload: { reasoning: 'no number' } };
    expect(() => eventSchema.parse(wrong)).toThrow('step_number');
  });

  test('refuses an event without an identity before it is published', () => {
    expect(newEventSchema.safeParse({ ...published, id: '' }).success).toBe(false);
  });
});

test('the plan contract accepts the plan of the protocol', () => {
  const plan = {
    name: 'spend-review',
    strategy: 'parallel',
    max_parallel: 4,
    timeout_ms: 600_000,
    steps: [
      { id: 'triage', agent: 'triage', input: { request: '$input.request' } },
      {
        id: 'data',
        agent: 'data_helper',
        needs: ['triage'],
        timeout_ms: 60_000,
        retry: { max_attempts: 3, initial_interval_ms: 200, backoff: 2 },
      },
      {
        id: 'opt',
        agent: 'optimization',
        needs: ['data'],
        input: { profile: '$steps.data.profile' },
        compensate: { agent: 'undo_optimization' },
      },
      {
        id: 'news',
        agent: 'market_prices',
        continue_on_error: true,
        when: { ref: '$steps.triage.priority', op: 'eq', value: 'high' },
      },
    ],
  };
  expect(planSchema.parse(plan)).toEqual(plan);
});

describe('the user context', () => {
  const context = { user_id: 'u1', thread_id: 't1', run_id: 'r1', request_id: 'q1' };

  test.each(['', 'null', 'undefined', 'default', 'temp', '0', 'placeholder_7', ' u1', 'a\u0000b', 'x'.repeat(129)])(
    'refuses %j as an id',
    (user_id) => {
      expect(userContextSchema.safeParse({ ...context, user_id }).success).toBe(false);
    },
  );

  test('accepts ordinary ids and adds empty metadata', () => {
    expect(userContextSchema.parse(context)).toEqual({ ...context, metadata: {} });
  });
});

describe('names that running workflows depend on', () => {
  test('are pinned', () => {
    expect(names.TASK_QUEUE).toBe('baton');
    expect(names.PUBLISH_ACTIVITY).toBe('baton.publish');
    expect(names.WORKFLOWS).toEqual(['costOptimization', 'runAgent', 'runPlan']);
    expect(names.COST_AGENTS).toEqual(['triage', 'data_helper', 'optimization', 'actions', 'reporting']);
    expect(names.workflowIdOf({ workflow: 'costOptimization', userId: 'a/b', runId: 'r 1' })).toBe(
      'costOptimization/a%2Fb/r%201',
    );
  });
});

test('the report contract accepts an answer without data', () => {
  const needed = [{ export: 'OpenAI usage CSV', how: 'Dashboard, Usage, Export', gives: 'requests by model' }];
  expect(reportSchema.safeParse({ status: 'insufficient_data', needed }).success).toBe(true);
});
