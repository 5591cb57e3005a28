import { setTimeout as sleep } from 'node:timers/promises';
import { defineAgent } from '../../../src/agents/define-agent.ts';
import type { RunState } from '../../../src/contracts/run-start.ts';
import { until as untilAnswered } from '../../support/until.ts';
import type { Scenario } from '../scenario.ts';
import { echo, value, waits } from './recorded-agents.ts';

const fails = defineAgent({
  name: 'fails',
  input: value,
  output: value,
  retry: { maxAttempts: 2, initialIntervalMs: 10 },
  run() {
    throw new Error('it always fails');
  },
});
/** Slow enough to be paused while it is at work. */
const slow = defineAgent({
  name: 'slow',
  input: value,
  output: value,
  async run(given) {
    await sleep(500);
    return given;
  },
});
const agents = [echo, fails, waits, slow];
const plan = (steps: object[], rest: object = {}) => ({ plan: { name: 'recorded', ...rest, steps } });
const step = (id: string, rest: object = {}) => ({ id, agent: 'echo', input: { said: id }, ...rest });

/** Each step adds some ten events, so that the second one ends the first history. */
const continued: Omit<Scenario, 'name'> = {
  workflow: 'runPlan',
  agents,
  input: {
    ...plan([
      step('a', { compensate: { agent: 'echo', input: { undo: 'a' } } }),
      step('b', { agent: 'fails', continue_on_error: true }),
      step('c', { input: '$steps.a' }),
    ]),
    history_events: 12,
  },
  status: 'completed_with_errors',
};

export const planScenarios: Scenario[] = [
  {
    name: 'agent-completed',
    workflow: 'runAgent',
    agents,
    input: { agent: 'echo', input: { a: 1 } },
    status: 'completed',
  },
  { name: 'agent-failed', workflow: 'runAgent', agents, input: { agent: 'fails', input: {} }, status: 'failed' },
  {
    name: 'plan-parallel',
    workflow: 'runPlan',
    agents,
    input: plan(
      [
        step('a'),
        step('b', { needs: ['a'] }),
        step('c', { needs: ['a'], when: { ref: '$steps.a.said', op: 'eq', value: 'a' } }),
        step('d', { input: '$steps.b', needs: ['b', 'c'] }),
      ],
      { strategy: 'parallel' },
    ),
    status: 'completed',
  },
  {
    name: 'plan-continue-on-error',
    workflow: 'runPlan',
    agents,
    input: plan([
      step('a'),
      step('b', { agent: 'fails', continue_on_error: true }),
      step('c', { fallback_for: ['b'] }),
    ]),
    status: 'completed_with_errors',
  },
  {
    name: 'plan-compensated',
    workflow: 'runPlan',
    agents,
    input: plan([
      step('a', { compensate: { agent: 'echo', input: { undo: 'a' } } }),
      step('b', { compensate: { agent: 'echo', input: { undo: 'b' } } }),
      step('c', { agent: 'fails' }),
    ]),
    status: 'failed',
  },
  {
    name: 'plan-cancelled',
    workflow: 'runPlan',
    agents,
    input: plan([
      step('a', { compensate: { agent: 'echo', input: { undo: 'a' } } }),
      step('b', { agent: 'waits' }),
      step('c'),
    ]),
    async act(handle, until) {
      await until(({ type, step: id }) => type === 'agent_started' && id === 'b');
      await handle.cancel();
    },
    status: 'cancelled',
  },
  {
    name: 'plan-paused',
    workflow: 'runPlan',
    agents,
    input: plan([step('a', { agent: 'slow' }), step('b')]),
    async act(handle, until) {
      await until(({ type }) => type === 'agent_started');
      await handle.executeUpdate('pause', { args: [{ by: 'ops' }] });
      // The event comes before the run knows of it: resumed then, the pause would have held up nothing.
      await untilAnswered(
        () => handle.query<RunState>('state'),
        ({ agents: ended }) => ended.length === 1,
      );
      await handle.executeUpdate('resume', { args: [{ by: 'ops' }] });
    },
    status: 'completed',
  },
  { ...continued, name: 'plan-continues', part: 'first' },
  { ...continued, name: 'plan-continued', part: 'last' },
  {
    name: 'plan-tried-again',
    workflow: 'runPlan',
    agents,
    input: plan([step('a'), step('b', { needs: ['a'] })]),
    start: { generation: 1, reused: { a: { result: { said: 'a' }, attempts: 1, execution_time_ms: 5 } } },
    status: 'completed',
  },
];
