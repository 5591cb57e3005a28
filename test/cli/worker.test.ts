import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import example from '../../examples/own-workflow/app.ts';
import { connect } from '../../src/client.ts';
import { freePort } from '../../chaos/processes/free-ports.ts';
import { AZURE_CODE } from '../spend/fixtures.ts';
import careless from '../support/careless-app.ts';
import { shared } from '../support/test-run.ts';
import { callBaton } from './call-baton.ts';
import { spawnBaton, temporaryDir } from './run-baton.ts';

const { address } = shared();

test("without a module it runs Baton's own agents, serves metrics, and ends with 0 at SIGTERM", async () => {
  await using dir = await temporaryDir();
  const taskQueue = `test-${randomUUID()}`;
  const port = await freePort();
  const env = { TEMPORAL_ADDRESS: address, BATON_METRICS_PORT: String(port) };
  const { child, until, closed, output } = spawnBaton(['worker', '--task-queue', taskQueue], {
    dataDir: dir.path,
    env,
  });
  await until(/metrics {6}http/);
  expect(output.stderr).toContain('triage, data_helper, optimization, actions, reporting');
  expect(output.stderr).toContain('fair among users');
  await using baton = await connect({ user: 'ann', address, dataDir: dir.path, taskQueue });
  const run = await baton.start('costOptimization', { files: [AZURE_CODE], model: 'claude-sonnet-4-5' });
  expect((await run.result()).status).toBe('completed');
  const types: string[] = [];
  for await (const { type } of run.events()) types.push(type);
  expect(types.filter((type) => type === 'agent_completed')).toHaveLength(5);
  expect(types.at(-1)).toBe('run_completed');
  expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain(
    'temporal_worker_task_slots_available',
  );
  child.kill('SIGTERM');
  expect(await closed).toBe(0);
}, 60_000);

test('with modules it runs the agents and workflows of them all, and outlives a failing promise that one leaves behind', async () => {
  await using dir = await temporaryDir();
  const taskQueue = `test-${randomUUID()}`;
  const modules = ['examples/own-workflow/app.ts', 'test/support/careless-app.ts'];
  const args = ['worker', ...modules, '--task-queue', taskQueue, '--no-fair'];
  const { child, until, closed } = spawnBaton(args, { dataDir: dir.path, env: { TEMPORAL_ADDRESS: address } });
  await until(/worker {7}quote, buyer, release, careless\n[^]*first come, first served/);
  const at = { user: 'ann', address, dataDir: dir.path, taskQueue };
  await using carelessly = await connect({ ...at, app: careless });
  const left = await carelessly.start('runAgent', { agent: 'careless', input: {} });
  expect(await left.result()).toMatchObject({ status: 'completed', result: { result: { pid: child.pid } } });
  await until(/left behind/);
  await using baton = await connect({ ...at, app: example });
  const run = await baton.startNamed('trip', { sku: 'map' });
  expect(await run.result()).toMatchObject({ status: 'completed', result: { receipt: 'map for 300 cents' } });
  child.kill('SIGTERM');
  expect(await closed).toBe(0);
}, 60_000);

test('two modules with one name of an agent, or one that is no app, are refused before any work', async () => {
  await using dir = await temporaryDir();
  const options = { dataDir: dir.path, env: { TEMPORAL_ADDRESS: address } };
  const app = 'examples/own-workflow/app.ts';
  const twice = await callBaton(['worker', app, app], options);
  const none = await callBaton(['worker', 'examples/own-workflow/workflows.ts'], options);
  expect([twice.code, none.code]).toEqual([1, 1]);
  expect(twice.stderr).toContain('workflows of their own');
  expect(none.stderr).toContain('its default export must be what defineApp returns');
}, 60_000);
