import { expect, test } from '@jest/globals';
import { soakFeed } from '../support/feed-soak/soak-feed.ts';
import { shared } from '../support/test-run.ts';

test('kills, restarts and cuts lose, double, mix up and leak no event of five users', async () => {
  const { address, workflowBundle } = shared();
  const { figures, faults } = await soakFeed({
    address,
    codePath: workflowBundle.codePath,
    seed: 1,
    users: 5,
    runsPerUser: 4,
    atOnce: 1,
    workers: 2,
    workerKills: 1,
    gatewayRestarts: 1,
    redisKills: 1,
    downMs: 500,
  });
  expect(faults).toEqual({ lost: [], doubled: [], outOfOrder: [], foreign: [], wrongEnds: [] });
  expect(figures).toMatchObject({ runs: 20, workersKilled: 1, gatewaysRestarted: 1, redisKilled: 1 });
  expect(figures.events).toBeGreaterThanOrEqual(20 * 42);
  expect(figures.cuts).toBeGreaterThan(0);
});
