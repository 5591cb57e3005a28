import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawnAgentWorker } from '../support/spawn-worker.ts';
import { agents } from '../support/f-worker-agents.ts';
import { startScenario, type Scenario } from '../support/start-scenario.ts';
import { shared } from '../support/test-run.ts';
import { at, types } from '../support/scenario-stage.ts';
import { until } from '../support/until.ts';

const HEARTBEAT_MS = 1_000;

let scenario: Scenario;
beforeAll(async () => {
  scenario = await startScenario({ agents });
});
afterAll(() => scenario.stop());

test('an agent whose worker is killed by kill -9 is tried again within its heartbeat timeout and a second', async () => {
  // This process has stopped polling by the time the other one begins.
  scenario.leave();
  const { address, workflowBundle } = shared();
  const { taskQueue, storePath } = scenario;
  const module = new URL('../support/f-worker-agents.ts', import.meta.url);
  const doomed = await spawnAgentWorker({ address, taskQueue, codePath: workflowBundle.codePath, storePath, module });
  const run = await scenario.start('killed', 'runAgent', { agent: 'stuck_once', input: {} });
  const seen = await until(
    () => scenario.feedOf('killed'),
    (events) => types(events).includes('agent_thinking'),
  );
  expect(JSON.stringify(seen)).toContain(`in process ${doomed.pid}`);
  await scenario.addWorker();
  const killedAt = Date.now();
  await doomed.kill();

  expect(await run.result()).toMatchObject({ result: { success: true, result: { attempt: 2 } } });
  const events = await scenario.feedOf('killed');
  const again = events.find(({ type, attempt }) => type === 'agent_started' && attempt === 2);
  expect(at(again!) - killedAt).toBeLessThan(HEARTBEAT_MS + 1_000);
  const ends = types(events).filter((type) => /^agent_(completed|error|death)$/.test(type));
  expect(ends).toEqual(['agent_completed']);
});
