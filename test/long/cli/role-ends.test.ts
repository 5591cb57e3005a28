import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { connect } from '../../../src/client.ts';
import { commandLineOf } from '../../../src/dev/process-info.ts';
import { signToken } from '../../../src/gateway/auth/sign-token.ts';
import { spawnBaton, temporaryDir } from '../../cli/run-baton.ts';
import { faultTest } from '../../support/fault-test.ts';
import rudeApp from '../../support/rude-app.ts';
import { SECRET } from '../../support/test-gateway.ts';
import { shared } from '../../support/test-run.ts';
import { within } from '../../support/within.ts';

const APP = 'test/support/rude-app.ts';

const serverOf = async (dataDir: string) =>
  JSON.parse(await readFile(join(dataDir, 'temporal.json'), 'utf8')) as { pid: number; port: number };

type Where = { dataDir: string; address?: string; taskQueue?: string };

/** Starts agents as runs, and resolves when all are at work. */
async function startAll(agents: string[], { dataDir, address, taskQueue }: Where) {
  const at = address ?? `127.0.0.1:${(await serverOf(dataDir)).port}`;
  await using baton = await connect({ user: 'local', app: rudeApp, address: at, dataDir, taskQueue });
  for (const agent of agents) {
    const run = await baton.start('runAgent', { agent, input: {} } as never);
    for await (const { type } of run.events()) if (type === 'agent_started') break;
  }
  await baton.startNamed('stuck', {});
}

const since = (began: number) => (performance.now() - began) / 1_000;

faultTest(
  'agents that ignore their stop, a busy isolated agent and a stuck workflow do not keep baton dev up past its bound',
  {
    kind: 11,
    before: 'baton dev never ended after SIGTERM.',
    timeoutMs: 90_000,
  },
  async () => {
    await using dir = await temporaryDir();
    const dev = spawnBaton(['dev', APP], { dataDir: dir.path });
    await dev.until(/running; Ctrl-C/);
    await startAll(['deaf', 'spinning'], { dataDir: dir.path });
    const { pid } = await serverOf(dir.path);
    const began = performance.now();
    dev.child.kill('SIGTERM');
    const code = await within(40_000, dev.closed);
    dev.child.kill('SIGKILL');
    expect(code).toBe(0);
    expect(since(began)).toBeLessThan(25);
    expect(commandLineOf(pid)).toBeUndefined();
    return `It ended with code 0 after ${since(began).toFixed(1)} s of the 25 s that are documented.`;
  },
);

faultTest(
  'the same of baton worker',
  {
    kind: 11,
    before: 'baton worker never ended after SIGTERM.',
    timeoutMs: 90_000,
  },
  async () => {
    await using dir = await temporaryDir();
    const { address } = shared();
    const taskQueue = 'role-ends';
    const env = { TEMPORAL_ADDRESS: address };
    const worker = spawnBaton(['worker', APP, '--task-queue', taskQueue], { dataDir: dir.path, env });
    await worker.until(/fair among/);
    await startAll(['deaf', 'spinning'], { dataDir: dir.path, address, taskQueue });
    const began = performance.now();
    worker.child.kill('SIGTERM');
    const code = await within(40_000, worker.closed);
    worker.child.kill('SIGKILL');
    expect(code).toBe(0);
    expect(since(began)).toBeLessThan(25);
    return `It ended with code 0 after ${since(began).toFixed(1)} s of the 25 s that are documented.`;
  },
);

faultTest(
  'a request that never ends does not keep baton gateway up past its bound',
  {
    kind: 11,
    before: 'baton gateway never ended after SIGTERM where a module held a timer.',
    timeoutMs: 60_000,
  },
  async () => {
    await using dir = await temporaryDir();
    const env = { TEMPORAL_ADDRESS: shared().address, BATON_HTTP_PORT: '0', BATON_JWT_SECRET: SECRET };
    const gateway = spawnBaton(['gateway', APP], { dataDir: dir.path, env });
    await gateway.until(/gateway {6}http/);
    const [, url = ''] = /gateway {6}(http\S+)/.exec(gateway.output.stderr) ?? [];
    const token = await signToken({ user: 'ann', jwt: { secret: SECRET, userClaim: 'sub' } });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': '100' };
    const hanging = request(`${url}/v1/runs`, { method: 'POST', headers });
    const cut = once(hanging, 'error');
    hanging.write('{');
    await gateway.until(/incoming request.*\/v1\/runs|"url":"\/v1\/runs"/);
    const began = performance.now();
    gateway.child.kill('SIGTERM');
    const code = await within(40_000, gateway.closed);
    gateway.child.kill('SIGKILL');
    expect(code).toBe(0);
    expect(since(began)).toBeGreaterThan(5);
    expect(since(began)).toBeLessThan(20);
    await cut;
    return `It ended with code 0 after ${since(began).toFixed(1)} s of the 20 s that are documented.`;
  },
);

faultTest(
  'npm start kills what never gives way, and so never gets the signal',
  {
    kind: 11,
    before: 'npm start waited for ever for a command that could not get its signal.',
    timeoutMs: 90_000,
  },
  async () => {
    await using dir = await temporaryDir();
    const start = spawnBaton(['dev', APP], { dataDir: dir.path, asNpmStart: true });
    await start.until(/running; Ctrl-C/);
    const { pid } = await serverOf(dir.path);
    await startAll(['blocking'], { dataDir: dir.path });
    const began = performance.now();
    start.child.kill('SIGTERM');
    const code = await within(60_000, start.closed);
    start.child.kill('SIGKILL');
    // The server is left for the next start, as after any kill -9.
    process.kill(-pid, 'SIGKILL');
    expect(code).toBe(137);
    expect(start.output.stderr).toMatch(/did not end within 35 s and is killed/);
    return `It killed the command, and ended itself, after ${since(began).toFixed(1)} s.`;
  },
);

faultTest(
  'an embedded server that hangs is reported, and one that ends again and again ends baton dev with the reason',
  {
    kind: 12,
    before: 'baton dev said nothing, whether its server hung or was gone.',
    timeoutMs: 90_000,
  },
  async () => {
    await using dir = await temporaryDir();
    const dev = spawnBaton(['dev', APP], { dataDir: dir.path });
    await dev.until(/running; Ctrl-C/);
    const { pid } = await serverOf(dir.path);
    process.kill(pid, 'SIGSTOP');
    const stoppedAt = performance.now();
    const reported = await within(25_000, dev.until(new RegExp(`process ${pid}\\) runs but does not answer`)));
    const seconds = since(stoppedAt).toFixed(0);
    process.kill(pid, 'SIGCONT');
    expect(reported).toBeUndefined();
    await dev.until(/answers again/);
    for (let n = 1; n <= 6; n += 1) {
      const last = await serverOf(dir.path);
      process.kill(last.pid, 'SIGKILL');
      const again = dev.until(new RegExp(`(?:starting it again[^]*answers again[^]*){${n}}`));
      await again.catch(() => undefined);
    }
    expect(await within(20_000, dev.closed)).toBe(1);
    expect(dev.output.stderr).toContain('baton: the embedded Temporal server cannot be kept up: it ended with SIGKILL');
    return `A hanging server was reported after ${seconds} s; after 5 restarts baton dev ended with code 1 and the reason.`;
  },
);
