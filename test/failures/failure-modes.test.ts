import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BatonEvent } from '../../src/contracts/event.ts';
import * as f from '../support/scenario-agents/f-agents.ts';
import { at, openStage, types } from '../support/scenario-stage.ts';

type Row = {
  agent: string;
  end: string;
  error: { type: string; says: RegExp };
  attempts: number;
  thoughts?: number;
  also?: Partial<Record<'timeout_executions' | 'dead_executions', number>>;
};

/** Every way in which an agent fails for good, with the attempts that are ours where the agent says nothing else. */
const ROWS: Row[] = [
  {
    agent: 'immediate_fail',
    end: 'agent_error',
    error: { type: 'AgentFailed', says: /^Immediate failure in/ },
    attempts: 4,
  },
  {
    agent: 'timeout_agent',
    end: 'agent_death timeout',
    error: { type: 'AgentTimeout', says: /timed out .*400 ms/ },
    attempts: 1,
    also: { timeout_executions: 1 },
  },
  {
    agent: 'silent_fail',
    end: 'agent_death silent',
    error: { type: 'AgentSilent', says: /died silently/ },
    attempts: 1,
    also: { dead_executions: 1 },
  },
  { agent: 'memory_fail', end: 'agent_error', error: { type: 'OutOfMemory', says: /memory/ }, attempts: 1 },
  { agent: 'network_fail', end: 'agent_error', error: { type: 'NetworkError', says: /network/ }, attempts: 4 },
  {
    agent: 'partial_fail',
    end: 'agent_error',
    error: { type: 'AgentFailed', says: /^Partial failure/ },
    attempts: 4,
    thoughts: 2,
  },
  {
    agent: 'invalid_response',
    end: 'agent_error',
    error: { type: 'InvalidOutput', says: /does not match its schema/ },
    attempts: 1,
  },
];
const NAMES = [...ROWS.map(({ agent }) => agent), 'intermittent'];

type Stage = Awaited<ReturnType<typeof openStage>>;
let stage: Stage;
let runs: Map<string, Awaited<ReturnType<Stage['run']>>>;
beforeAll(async () => {
  const agents = [
    f.workingAgent,
    f.immediateFail(),
    f.timeoutAgent({ timeoutMs: 400 }),
    f.silentFail(),
    f.memoryFail,
    f.networkFail(),
    f.partialFail(),
    f.invalidResponse,
    f.intermittent(),
  ];
  stage = await openStage({ agents });
  // All at once, each for a user of its own: their waits overlap.
  const ended = await Promise.all(NAMES.map((agent) => stage.run(`user_of_${agent}`, agent)));
  runs = new Map(NAMES.map((agent, n) => [agent, ended[n]!]));
});
afterAll(() => stage.stop());

function waitsOf(events: BatonEvent[]) {
  return events
    .filter((event) => event.type === 'agent_retrying')
    .map((retry) => {
      const next = events.find(({ type, seq }) => type === 'agent_started' && seq > retry.seq);
      return { told: retry.payload.next_attempt_in_ms, measured: at(next!) - at(retry) };
    });
}

describe.each(ROWS)('$agent', ({ agent, end, error, attempts, thoughts = 1, also = {} }) => {
  test('is told attempt by attempt, and ends once in its own way', () => {
    const { events } = runs.get(agent)!;
    const attempt = ['agent_started', ...Array.from({ length: thoughts }, () => 'agent_thinking')];
    const retried = Array.from({ length: attempts - 1 }, () => [...attempt, 'agent_retrying']).flat();
    expect(types(events)).toEqual([...retried, ...attempt, end.split(' ')[0]]);
    const last = events.at(-1)?.payload as { reason?: string };
    expect([events.at(-1)?.type, last.reason].filter(Boolean).join(' ')).toBe(end);
  });

  test('is an outcome with the type and the words of its failure, and its run has failed', () => {
    const { outcome, run, attempts: tried } = runs.get(agent)!;
    const failure = { type: error.type, message: expect.stringMatching(error.says) };
    expect(outcome).toMatchObject({ success: false, agent, attempts, error: failure });
    expect(outcome.result).toBeUndefined();
    expect(run).toMatchObject({ status: 'failed', error: failure });
    expect(tried).toEqual([attempts]);
  });

  test('counts as one failed execution, and nothing of it is left', async () => {
    const stats = await stage.statsOf(`user_of_${agent}`);
    expect(stats).toMatchObject({
      total_executions: 1,
      failed_executions: 1,
      timeout_executions: 0,
      dead_executions: 0,
      retried_executions: attempts > 1 ? 1 : 0,
      concurrent_executions: 0,
      active_runs: 0,
      ...also,
    });
    expect((await stage.openRuns()).filter(({ userId }) => userId === `user_of_${agent}`)).toEqual([]);
  });
});

test('an intermittent failure costs one attempt and counts as success', async () => {
  const { outcome, run, events, attempts } = runs.get('intermittent')!;
  expect(outcome).toMatchObject({ success: true, attempts: 2, recovered: true, result: { recovered: true } });
  expect([run.status, attempts]).toEqual(['completed', [2]]);
  expect(types(events).filter((type) => /completed|error|death/.test(type))).toEqual(['agent_completed']);
  const figures = { total_executions: 1, failed_executions: 0, retried_executions: 1 };
  expect(await stage.statsOf('user_of_intermittent')).toMatchObject(figures);
});

test.each(['immediate_fail', 'network_fail', 'partial_fail'])(
  '%s waits 200, 400 and 800 ms before it is tried again',
  (agent) => {
    const waits = waitsOf(runs.get(agent)!.events);
    expect(waits.map(({ told }) => told)).toEqual([200, 400, 800]);
    for (const { told, measured } of waits) expect(measured).toBeGreaterThanOrEqual(told);
    const [first, , third] = waits.map(({ measured }) => measured);
    expect(third).toBeGreaterThan(first!);
  },
);

test('in a plan that goes on, each of them is one failed step and nothing is undone', async () => {
  const retry = { max_attempts: 1 };
  const steps = ROWS.map(({ agent }) => ({ id: agent, agent, input: {}, retry, continue_on_error: true }));
  const last = { id: 'last', agent: 'working_agent', input: {} };
  const plan = { name: 'all', strategy: 'parallel' as const, steps: [...steps, last] };
  const { run, steps: got } = await stage.runSteps('planner', plan);

  expect(run).toMatchObject({ status: 'completed_with_errors' });
  expect(run.compensations).toBeUndefined();
  expect(got.map(({ id, status, error }) => [id, status, error?.type])).toEqual([
    ...ROWS.map(({ agent, error }) => [agent, 'failed', error.type]),
    ['last', 'completed', undefined],
  ]);
});

test('after all of them the worker still works', async () => {
  expect((await stage.run('later', 'working_agent')).outcome.success).toBe(true);
});
