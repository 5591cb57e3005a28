import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../src/client.ts';
import app from '../support/faulty/app.ts';
import { faultTest } from '../support/fault-test.ts';
import { callBaton } from './call-baton.ts';
import { spawnBaton, temporaryDir } from './run-baton.ts';

let dir: Awaited<ReturnType<typeof temporaryDir>>;
let dev: ReturnType<typeof spawnBaton>;

beforeAll(async () => {
  dir = await temporaryDir();
  dev = spawnBaton(['dev', 'test/support/faulty/app.ts'], { dataDir: dir.path });
  await dev.until(/running; Ctrl-C/);
}, 60_000);

afterAll(async () => {
  dev.child.kill('SIGTERM');
  await dev.closed;
  await dir[Symbol.asyncDispose]();
});

faultTest(
  'baton dev shows the start and the end of a run, a failure with its place, and what an agent logs, within bounds',
  { kind: 35, timeoutMs: 60_000, before: 'baton dev printed nothing once it was up, whatever its runs did.' },
  async () => {
    const { port } = JSON.parse(readFileSync(join(dir.path, 'temporal.json'), 'utf8')) as { port: number };
    const baton = await connect({ user: 'ada', app, address: `127.0.0.1:${port}`, dataDir: dir.path });
    const shown = () => dev.output.stderr.split('\n').filter((line) => line.includes(' of ada: '));
    try {
      const runs = [];
      for (const agent of ['typo', 'chatty'] as const) {
        const run = await baton.start('runAgent', { agent, input: {} });
        await run.result();
        runs.push(run.runId);
      }
      await (await baton.startNamed('mistyped', {})).result();
      const bound = Promise.withResolvers<void>();
      const timer = setTimeout(bound.resolve, 10_000);
      const all = [/mistyped \S+ of ada: failed after/, /more lines were left out/];
      await Promise.race([Promise.all(all.map((line) => dev.until(line))), bound.promise]);
      clearTimeout(timer);
      const text = shown().join('\n');
      const [failing, chatty] = runs;
      expect(text).toMatch(new RegExp(`runAgent ${failing} of ada: started`));
      expect(text).toMatch(/typo failed at attempt 1: AgentFailed: Cannot read .* at .*faulty\/app\.ts:8:/);
      expect(text).toMatch(new RegExp(`runAgent ${failing} of ada: failed after [\\d.]+ m?s by AgentFailed`));
      expect(text).toMatch(/mistyped .* of ada: .* at .*faulty\/workflows\.ts:6:/);
      expect(text).toMatch(new RegExp(`runAgent ${chatty} of ada: chatty info: the shop is open .*"hours":9`));
      expect(text).toMatch(new RegExp(`runAgent ${chatty} of ada: completed after`));
      expect(dev.output.stderr).toMatch(/\d+ more lines were left out here/);
      expect(text).not.toContain('hunter22');
      expect(shown().length).toBeLessThan(300);
      return `Each run has its lines; of 5,001 lines that an agent logged ${shown().filter((line) => line.includes('chatty info')).length} are shown and the others counted.`;
    } finally {
      await baton.close();
    }
  },
);

test('baton dev and baton doctor say where the logs are', async () => {
  expect(dev.output.stderr).toContain(`worker.log, gateway.log, temporal.log in ${dir.path}`);
  const { stdout } = await callBaton(['doctor'], { dataDir: dir.path });
  expect(stdout).toContain(`worker.log, gateway.log, temporal.log in ${dir.path}`);
});
