import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runCampaign } from '../../chaos/campaign.ts';
import { checkFolder } from '../../chaos/checker/check-folder.ts';
import { ensureRedis } from '../support/redis-server.ts';

test('a short campaign on workers, a gateway and Redis loses, doubles and misstates nothing', async () => {
  ensureRedis();
  const folder = mkdtempSync(join(tmpdir(), 'baton-chaos-'));
  try {
    const plan = await runCampaign({
      folder,
      seed: 3,
      ms: 12_000,
      store: 'redis',
      only: ['kill:worker', 'kill:redis', 'term:gateway'],
      users: 4,
      perMinute: 90,
      everyMs: 4_000,
      mostFaultMs: 1_000,
      quietLimitMs: 60_000,
    });
    expect(new Set(plan.faults.map(({ fault }) => fault)).size).toBe(3);
    const { found, figures } = checkFolder(folder);
    expect(Object.fromEntries(Object.entries(found).filter(([, all]) => all.length > 0))).toEqual({});
    expect(figures.events).toBeGreaterThan(10 * plan.runs.length);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
