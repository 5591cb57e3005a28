import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { planCampaign, runCampaign, type Plan } from '../../chaos/campaign.ts';
import { checkRecords } from '../../chaos/checker/check-folder.ts';
import { readRecords, type Records } from '../../chaos/checker/read-records.ts';

const options = {
  seed: 14,
  ms: 12_000,
  layout: 'dev' as const,
  only: ['kill:dev', 'stop:dev', 'term:dev'],
  users: 4,
  perMinute: 90,
  everyMs: 6_000,
  mostFaultMs: 2_000,
  quietLimitMs: 60_000,
};

const folder = mkdtempSync(join(tmpdir(), 'baton-chaos-'));
let plan: Plan;
let records: Records;
beforeAll(async () => {
  plan = await runCampaign({ ...options, folder });
  records = readRecords(folder);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a short campaign on baton dev loses, doubles and misstates nothing', () => {
  const { found, figures } = checkRecords(records);
  expect(Object.fromEntries(Object.entries(found).filter(([, all]) => all.length > 0))).toEqual({});
  expect(figures).toMatchObject({ runs: plan.runs.length });
  expect(figures.events).toBeGreaterThan(10 * plan.runs.length);
});

test('what it did is a function of its seed', () => {
  expect(planCampaign({ ...options, folder: 'another' })).toEqual(plan);
  expect(planCampaign({ ...options, folder: 'another', seed: 13 })).not.toEqual(plan);
});

test('each fault of its plan was done', () => {
  const done = records.faults.filter(({ phase, n }) => phase === 'ends' && n !== null).map(({ fault }) => fault);
  expect(done).toEqual(plan.faults.map(({ fault }) => fault));
});
