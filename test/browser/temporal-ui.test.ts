import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startBrowserDesk, type BrowserDesk } from '../support/browser-desk.ts';
import { keepScreenshot } from '../support/keep-screenshot.ts';
import { openTemporalUi } from '../support/temporal-ui.ts';
import { until } from '../support/until.ts';

const USER = 'ann@example.com';

let desk: BrowserDesk;
let ui: Awaited<ReturnType<typeof openTemporalUi>>;
let failed: Awaited<ReturnType<BrowserDesk['startAsking']>>;
let waiting: typeof failed;
beforeAll(async () => {
  desk = await startBrowserDesk();
  ui = await openTemporalUi(desk);
  failed = await desk.startAsking(USER, { runId: 'bill-of-may', model: 'no-such-model' });
  await failed.handle.result().catch(() => undefined);
  waiting = await desk.startAsking(USER, { runId: 'bill-of-june' });
  await until(
    () => waiting.handle.query<{ status: string }>('state'),
    ({ status }) => status === 'waiting',
  );
});
afterAll(() => desk.stop());

const shot = (name: string) => keepScreenshot(ui.page, name, { fullPage: false });

test('a user’s runs are found by search attributes, and those that failed among them', async () => {
  const { page, list } = ui;
  await list(`BatonUser = '${USER}' AND BatonStatus = 'failed'`, 1);
  await page.getByText(failed.handle.workflowId).first().waitFor();
  expect(await page.getByText(waiting.handle.workflowId).count()).toBe(0);
  await list(`BatonUser = '${USER}'`, 2);
  await page.getByText(waiting.handle.workflowId).first().waitFor();
  await page.getByText(failed.handle.workflowId).first().waitFor();
  await shot('temporal-list');
});

test('a failed run shows which agent failed and why', async () => {
  await ui.open(failed.handle, 'timeline');
  await ui.page.getByText('No price is known for model').first().waitFor();
  await ui.page.getByText('data_helper • data_helper-1').first().waitFor();
  await ui.page.getByRole('heading', { name: 'Timeline' }).scrollIntoViewIfNeeded();
  await shot('temporal-failed');
});

test('a waiting run says what it waits for, and is answered by the update that it names', async () => {
  const { page, open, frameWith, sendUpdate } = ui;
  await open(waiting.handle, 'user-metadata');
  await frameWith(`costOptimization for ${USER}`);
  expect(await (await frameWith('limit of an attempt')).innerText()).toContain('data_helper\t1800 s\t3');
  const details = await (await frameWith('Waits for an answer')).innerText();
  expect(details).toContain('waiting. Agents at work: 0, ended: 3.');
  await page.setViewportSize({ width: 1280, height: 1010 });
  await shot('temporal-waiting');

  const [example = ''] = /\{"approval_id".*?\}/.exec(details) ?? [];
  await sendUpdate('decide', example.replace('YOUR NAME', 'ops'), (dialog) =>
    keepScreenshot(dialog, 'temporal-decide'),
  );
  await expect(waiting.handle.result()).resolves.toMatchObject({ status: 'completed' });
  const told = await desk.gateway.log.read({ userId: USER, after: 0, limit: 1_000 });
  expect(told.find(({ type }) => type === 'approval_decided')?.payload).toMatchObject({ by: 'ops' });
});

test('a run’s story is told by its agents', async () => {
  const { page, open } = ui;
  await page.setViewportSize({ width: 1280, height: 1200 });
  await open(waiting.handle, 'timeline');
  for (const agent of ['triage', 'data_helper', 'optimization', 'actions', 'reporting']) {
    await page.getByText(`${agent} • ${agent}-1`).first().waitFor();
  }
  await shot('temporal-story');
});
