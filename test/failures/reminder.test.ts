import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { agents } from '../support/asking-agents.ts';
import { spawnAgentWorker } from '../support/spawn-worker.ts';
import { startScenario, type Scenario } from '../support/start-scenario.ts';
import { shared } from '../support/test-run.ts';
import { until } from '../support/until.ts';

let scenario: Scenario;
beforeAll(async () => {
  scenario = await startScenario({ agents });
});
afterAll(() => scenario.stop());

test('a reminder is seen once, also after kill -9 of the worker that gave it, and the question is still open', async () => {
  // This process has stopped polling by the time the other one begins.
  scenario.leave();
  const { address, workflowBundle } = shared();
  const { taskQueue, storePath } = scenario;
  const module = new URL('../support/asking-agents.ts', import.meta.url);
  const doomed = await spawnAgentWorker({ address, taskQueue, codePath: workflowBundle.codePath, storePath, module });
  const run = await scenario.start('asked', 'runAgent', { agent: 'asker', input: {} });
  const told = async () =>
    (await scenario.feedOf('asked')).flatMap((event) =>
      event.type === 'approval_requested' ? [event.payload.reminder ?? false] : [],
    );
  await until(told, (reminders) => reminders.length === 2);
  await doomed.kill();
  await scenario.addWorker();
  await run.approve('asker-1.1');
  expect(await run.result()).toMatchObject({ result: { result: { decision: 'approve', by: 'asked' } } });
  expect(await told()).toEqual([false, true]);
});
