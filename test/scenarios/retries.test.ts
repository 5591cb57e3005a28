import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { emptyFeed, foldFeed } from '../../src/feed/fold.ts';
import { measured } from '../support/measured.ts';
import { failsThrice, intermittent, invalidResponse, workingAgent } from '../support/scenario-agents/f-agents.ts';
import { at, openStage, types } from '../support/scenario-stage.ts';
import { until } from '../support/until.ts';

const moved = intermittent({ retry: { initialIntervalMs: 1_000 } }, 'moved');

let stage: Awaited<ReturnType<typeof openStage>>;
beforeAll(async () => {
  stage = await openStage({ agents: [workingAgent, intermittent(), failsThrice, invalidResponse, moved] });
});
afterAll(() => stage.stop());

const retries = (events: BatonEvent[]) => events.filter((event) => event.type === 'agent_retrying');
/** Milliseconds between the news that an attempt failed and the start of the next one. */
const waits = (events: BatonEvent[]) =>
  retries(events).map((retry) => {
    const next = events.find(({ type, seq }) => type === 'agent_started' && seq > retry.seq);
    return at(next!) - at(retry);
  });

test('test_retry_logic_with_backoff', async () => {
  const { outcome, attempts, events, all, wall_ms } = await stage.run('retried', 'intermittent');

  expect(outcome).toMatchObject({ success: true, agent: 'intermittent', attempts: 2, recovered: true });
  expect(outcome.result).toMatchObject({ success: true, execution_count: 2, recovered: true });
  expect(attempts).toEqual([2]);
  expect(events.map(({ type, attempt }) => `${type} ${attempt}`)).toEqual([
    'agent_started 1',
    'agent_thinking 1',
    'agent_retrying 1',
    'agent_started 2',
    'agent_thinking 2',
    'agent_thinking 2',
    'agent_completed 2',
  ]);
  expect(retries(events)[0]?.payload).toMatchObject({ error: { type: 'AgentFailed' }, next_attempt_in_ms: 200 });
  const folded = all.reduce(foldFeed, emptyFeed()).runs[0]?.agents;
  expect(folded).toMatchObject([{ state: 'completed', attempt: 2, recovered: true, thoughts: [{}, {}] }]);
  const figures = { total_executions: 1, failed_executions: 0, retried_executions: 1 };
  expect(await stage.statsOf('retried')).toMatchObject(figures);
  measured('test_retry_logic_with_backoff', { attempts: 2, wait_ms: waits(events)[0] as number, wall_ms });
});

describe('an agent that fails', () => {
  test('three times waits twice as long each time, up to its cap', async () => {
    const { outcome, events } = await stage.run('retried', 'fails_thrice');

    expect(outcome).toMatchObject({ success: true, attempts: 4, recovered: true });
    const expected = [300, 600, 900];
    expect(retries(events).map(({ payload }) => payload.next_attempt_in_ms)).toEqual(expected);
    for (const [n, wait] of waits(events).entries()) {
      expect(wait).toBeGreaterThanOrEqual(expected[n]! * 0.8);
      expect(wait).toBeLessThanOrEqual(expected[n]! * 1.2);
    }
    measured('test_retry_logic_with_backoff', { waits_of_300_600_900: waits(events).join(', ') });
  });

  test('in a way that is not retried has one attempt', async () => {
    const { outcome, events, attempts } = await stage.run('retried', 'invalid_response');
    expect(outcome).toMatchObject({ success: false, attempts: 1, error: { type: 'InvalidOutput' } });
    expect(attempts).toEqual([1]);
    expect(types(events)).toEqual(['agent_started', 'agent_thinking', 'agent_error']);
  });

  test('on one worker knows on the next one that it is the second attempt', async () => {
    const client = await stage.clientOf('moved');
    const run = await client.start('runAgent', { agent: 'moved', input: {} });
    await until(
      () => stage.feedOf('moved'),
      (events) => types(events).includes('agent_retrying'),
    );
    stage.leave();
    await stage.addWorker();
    expect(await run.result()).toMatchObject({ result: { success: true, result: { execution_count: 2 } } });
  });
});
