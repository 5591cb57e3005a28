import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expectOwnFeed } from '../support/feed-figures.ts';
import { measured } from '../support/measured.ts';
import { immediateFail, timeoutAgent, workingAgent } from '../support/scenario-agents/f-agents.ts';
import { openStage } from '../support/scenario-stage.ts';
import { untilMet } from '../support/until-met.ts';

const AGENTS = ['immediate_fail', 'timeout_agent', 'working_agent'];

let stage: Awaited<ReturnType<typeof openStage>>;
beforeAll(async () => {
  stage = await openStage({ agents: [workingAgent, immediateFail(), timeoutAgent({ timeoutMs: 300 })] });
});
afterAll(() => stage.stop());

test('test_concurrent_failure_isolation', async () => {
  async function together(n: number) {
    const alone = await stage.run(`alone_${n}`, 'working_agent');
    const users = AGENTS.map((agent) => `${agent}_${n}`);
    const runs = await Promise.all(AGENTS.map((agent, index) => stage.run(users[index]!, agent)));
    return { users, runs, slower_ms: runs[2]!.wall_ms - alone.wall_ms };
  }
  const { users, runs, slower_ms } = await untilMet(together, ({ slower_ms: slower }) => slower < 100);

  expect(runs.map(({ outcome }) => outcome.success)).toEqual([false, false, true]);
  expect(slower_ms).toBeLessThan(100);
  const stats = await Promise.all(users.map((user) => stage.statsOf(user)));
  expect(stats).toMatchObject([
    { total_executions: 1, failed_executions: 1, timeout_executions: 0 },
    { total_executions: 1, failed_executions: 1, timeout_executions: 1 },
    { total_executions: 1, failed_executions: 0, timeout_executions: 0 },
  ]);
  for (const [n, { all, events }] of runs.entries()) {
    const user = users[n]!;
    expectOwnFeed(
      all,
      user,
      users.filter((other) => other !== user),
    );
    expect(events.at(-1)?.type).toBe(['agent_error', 'agent_death', 'agent_completed'][n]);
  }
  measured('test_concurrent_failure_isolation', { third_user_slower_ms: slower_ms });
});
