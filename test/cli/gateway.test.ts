import { expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config.ts';
import { signToken } from '../../src/gateway/auth/sign-token.ts';
import { shared } from '../support/test-run.ts';
import { spawnBaton, temporaryDir } from './run-baton.ts';

test('it serves what the apps of all its modules can do', async () => {
  await using dir = await temporaryDir();
  const env = {
    TEMPORAL_ADDRESS: shared().address,
    BATON_HTTP_PORT: '0',
    BATON_JWT_SECRET: 'a-secret-of-32-characters-or-more',
  };
  const args = ['gateway', 'examples/own-workflow/app.ts', 'test/support/order-app.ts'];
  const { child, until, closed, output } = spawnBaton(args, { dataDir: dir.path, env });
  await until(/gateway {6}http/);
  const [, url] = /gateway {6}(http\S+)/.exec(output.stderr) ?? [];
  const token = await signToken({ user: 'ann', jwt: loadConfig(env).jwt });
  const answer = await fetch(`${url}/v1/workflows`, { headers: { authorization: `Bearer ${token}` } });
  const { workflows } = (await answer.json()) as { workflows: { name: string }[] };
  expect(workflows.map(({ name }) => name)).toEqual(['order', 'trip']);
  child.kill('SIGTERM');
  expect(await closed).toBe(0);
}, 60_000);
