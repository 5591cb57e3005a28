import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { limitsOf } from '../../src/agents/limits-of.ts';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { workflowIdOf } from '../../src/contracts/names.ts';
import type { AgentOutcome } from '../../src/contracts/run.ts';
import { startAgentProcess } from '../support/agent-process.ts';
import { faultTest } from '../support/fault-test.ts';
import { sleeper } from '../support/sleeper.ts';
import { outcomeOf } from '../support/test-run.ts';
import { until } from '../support/until.ts';

const HEARTBEAT_TIMEOUT_MS = 1_500;
let at: Awaited<ReturnType<typeof startAgentProcess>>;
beforeAll(async () => {
  at = await startAgentProcess({ module: new URL('../support/sleeper.ts', import.meta.url), shutdownGraceMs: 100 });
});
afterAll(() => at.stop());

const feedOf = (userId: string): Promise<BatonEvent[]> => at.stores.log.read({ userId, after: 0, limit: 100 });
const has = (type: BatonEvent['type']) => (events: BatonEvent[]) => events.some((event) => event.type === type);

function start(userId: string, agent: string) {
  const runId = randomUUID();
  const context = { user_id: userId, thread_id: 't1', run_id: runId, request_id: runId, metadata: {} };
  const limits = { [agent]: { ...limitsOf(sleeper), heartbeat_timeout_ms: HEARTBEAT_TIMEOUT_MS } };
  const input = { agent, input: {} };
  return at.client.workflow.start('runAgent', {
    workflowId: workflowIdOf({ workflow: 'runAgent', userId, runId }),
    taskQueue: at.taskQueue,
    args: [{ context, input, limits, timeout_ms: 60_000 }],
  });
}

/** Starts the agent, ends its worker by a signal once it sleeps, while another worker polls. */
async function endedInMidAgent(userId: string, signal: NodeJS.Signals) {
  const handle = await start(userId, 'sleeper');
  await until(() => feedOf(userId), has('agent_thinking'));
  const endedAt = await at.replace(signal);
  const { result } = await outcomeOf<AgentOutcome>(handle);
  const events = await feedOf(userId);
  const [, second] = events.filter(({ type }) => type === 'agent_started');
  return { outcome: result, events, resumedAfterMs: Date.parse(second?.at ?? '') - endedAt };
}

test('an agent whose worker is shut down goes on elsewhere: no attempt is used up and nothing fails', async () => {
  const { outcome, events } = await endedInMidAgent('ann', 'SIGTERM');
  expect(outcome).toMatchObject({ success: true, result: { woke_on: 2 } });
  expect(has('agent_error')(events) || has('agent_death')(events)).toBe(false);
  expect(events.filter(({ type }) => type === 'agent_completed')).toHaveLength(1);
});

faultTest(
  'an agent of one attempt outlives three deploys in a row',
  { kind: 8, before: 'the third deploy ended an agent of one attempt, which had not failed' },
  async () => {
    const handle = await start('cem', 'deep_sleeper');
    for (const deploys of [1, 2, 3]) {
      await until(
        () => feedOf('cem'),
        (events) => events.filter(({ type }) => type === 'agent_thinking').length >= deploys,
      );
      await at.replace('SIGTERM');
    }
    const { result } = await outcomeOf<AgentOutcome>(handle);
    expect(result).toMatchObject({ success: true, result: { woke_on: 4 } });
    return 'three workers ended by SIGTERM; the agent completed in the fourth';
  },
);

test('an agent whose worker is killed with -9 goes on elsewhere within the heartbeat timeout and a second', async () => {
  const { outcome, events, resumedAfterMs } = await endedInMidAgent('bea', 'SIGKILL');
  expect(outcome).toMatchObject({ success: true, recovered: true, result: { woke_on: 2 } });
  expect(has('agent_error')(events) || has('agent_death')(events)).toBe(false);
  const ends = events.filter(({ type }) => type === 'agent_retrying' || type === 'agent_started');
  expect(ends.map(({ type, attempt }) => `${type} ${attempt}`)).toEqual([
    'agent_started 1',
    'agent_retrying 2',
    'agent_started 2',
  ]);
  expect(ends[1]?.payload).toMatchObject({ error: { type: 'HeartbeatLost' }, next_attempt_in_ms: 0 });
  expect(resumedAfterMs).toBeGreaterThan(0);
  // A second for a machine that is busy with other tests as well.
  expect(resumedAfterMs).toBeLessThan(HEARTBEAT_TIMEOUT_MS + 1_000 + 1_000);
});
