import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AZURE, startBrowserDesk, type BrowserDesk } from '../support/browser-desk.ts';
import { keepScreenshot } from '../support/keep-screenshot.ts';
import { tabTo } from '../support/tab-to.ts';
import { thoughtsShown, thoughtsTold } from '../support/thoughts.ts';

const AGENTS = ['triage', 'data_helper', 'optimization', 'actions', 'reporting'];

let desk: BrowserDesk;
beforeAll(async () => {
  desk = await startBrowserDesk();
});
afterAll(() => desk.stop());

test('from the sign-in link to the report, without a mouse', async () => {
  const page = await desk.open('flow');
  expect(page.url()).not.toContain('token');

  await page.getByLabel('Usage files').setInputFiles(AZURE);
  await tabTo(page, 'Your question');
  await page.keyboard.type('What can be saved?');
  await tabTo(page, 'Model, where the file names none');
  await page.keyboard.type('claude-sonnet-4-5');
  await tabTo(page, 'Ask me before the plan is made');
  await page.keyboard.press('Space');
  await tabTo(page, 'Start');
  // An agent may be at work for less time than a look at the page takes, so the page notes whom it shows at work.
  await page.evaluate(`
    window.atWork = [];
    const note = () => window.atWork.push(...[...document.querySelectorAll('.lane.running')].map((lane) => lane.textContent));
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
  `);
  await page.keyboard.press('Enter');

  await page.getByRole('heading', { name: /^Make a plan to save about/ }).waitFor();
  const atWork = await page.evaluate<string[]>('window.atWork');
  expect(atWork.some((lane) => lane.includes('optimization'))).toBe(true);
  expect(await page.locator('.badge').first().textContent()).toBe('waits for you');
  expect(await page.locator('.lane-head strong').allTextContents()).toEqual(AGENTS);
  expect(await page.locator('.lane .state').allTextContents()).toEqual([
    ...['done', 'done', 'done'],
    ...['waits its turn', 'waits its turn'],
  ]);

  await tabTo(page, 'Approve');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /Azure 2023 code traffic/ }).waitFor();
  expect(await page.locator('.lane .state').allTextContents()).toEqual(AGENTS.map(() => 'done'));
  const waterfall = page.getByRole('img', { name: /^Now \$44,261, .*, After \$41,631$/ });
  expect(await waterfall.locator('rect').count()).toBe(5);
  expect(await page.getByRole('img', { name: 'anthropic/claude-sonnet-4-5 $44,261' }).isVisible()).toBe(true);
  await keepScreenshot(page, 'page');

  const runId = new URL(page.url()).searchParams.get('run') as string;
  expect(await thoughtsShown(page)).toEqual(await thoughtsTold(desk.gateway.log, { userId: 'flow', runId }));
  await page.context().close();
});

test('a start whose answer was lost is one run, and its file is sent once, however often it is pressed', async () => {
  const page = await desk.open('presser');
  const calls: string[] = [];
  page.on('request', (request) => void (request.method() === 'POST' && calls.push(new URL(request.url()).pathname)));
  await page.route('**/v1/runs', async (route) => void ((await route.fetch()) && (await route.abort())), { times: 1 });
  await page.getByLabel('Usage files').setInputFiles(AZURE);
  await page.getByLabel('Model, where the file names none').fill('claude-sonnet-4-5');
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByRole('button', { name: 'Start' }).click();
  await page.locator('.report .headline').waitFor();
  expect(calls).toEqual(['/v1/uploads', '/v1/runs', '/v1/runs']);
  const events = await desk.gateway.log.read({ userId: 'presser', after: 0, limit: 1_000 });
  expect(events.filter(({ type }) => type === 'run_started')).toHaveLength(1);
  await page.context().close();
});

test('the runs of before are listed, and each is shown again', async () => {
  const { handle, runId } = await desk.startAsking('history');
  const page = await desk.open('history');
  await page.getByRole('button', { name: /costOptimization waits for you/ }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.locator('.run .badge', { hasText: 'cancelled' }).waitFor();
  await expect(handle.result()).rejects.toThrow();

  await page.getByRole('button', { name: 'New run' }).click();
  expect(await page.locator('.lane').count()).toBe(0);
  await page.getByRole('button', { name: /costOptimization cancelled/ }).click();
  await page.getByText('optimization', { exact: true }).waitFor();
  expect(page.url()).toContain(runId);
  await page.context().close();
});

test('a report that could not be read is read again on a press', async () => {
  const { handle, path } = await desk.startAsking('again');
  const page = await desk.open('again', { path });
  await page.getByRole('button', { name: 'Approve' }).waitFor();
  await page.route('**/report?*', (route) => route.abort(), { times: 1 });
  await page.getByRole('button', { name: 'Approve' }).click();
  await handle.result();
  await page.getByRole('button', { name: 'Read it again' }).click();
  await page.locator('.report .headline').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  await page.context().close();
});
