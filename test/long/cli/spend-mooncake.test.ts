import { expect, test } from '@jest/globals';
import type { Report } from '../../../src/contracts/report.ts';
import { runBaton, temporaryDir } from '../../cli/run-baton.ts';
import { MOONCAKE_CONVERSATION } from '../../spend/fixtures.ts';

test('baton spend gives the figures of the whole Mooncake trace, on a server of its own', async () => {
  await using dir = await temporaryDir();
  const args = ['spend', MOONCAKE_CONVERSATION, '--model', 'gpt-4o', '--json'];
  const { code, stdout } = await runBaton(args, { dataDir: dir.path });
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as Extract<Report, { status: 'completed' }>;
  const caching = report.recommendations.find(({ technique }) => technique === 'prompt_caching');
  expect(report.baseline.list_usd).toBeCloseTo(403.21, 2);
  expect(caching?.standalone_percent).toBeCloseTo(11.83, 1);
});
