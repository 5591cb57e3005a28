import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startBrowserDesk, type BrowserDesk } from '../support/browser-desk.ts';
import { longRun } from '../support/long-run.ts';

/** Each is an event, as are a call's beginning and its end: with the run's own four these are 5,002 events. */
const THOUGHTS = 1_666;
const SUMMARY = '1,666 thoughts, 1,666 tool calls';

let desk: BrowserDesk;
beforeAll(async () => {
  desk = await startBrowserDesk();
});
afterAll(() => desk.stop());

const thoughts = (page: Page) => page.locator('.thoughts li').allTextContents();
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `thought ${from + index}`);

test('5,000 events of one run, live and after a reload, are counted, the latest shown once each, and the page can still be used', async () => {
  const run = longRun({ userId: 'many', runId: 'long' });
  const page = await desk.open('many', { path: '/?run=long' });
  await desk.gateway.log.append(run.beginning());
  await page.locator('.lane.running').waitFor();
  for (let n = 1; n <= THOUGHTS; n += 49) {
    await desk.gateway.log.append(run.thoughts(n, Math.min(n + 48, THOUGHTS)));
  }
  await page.getByText(SUMMARY).click();
  expect(await thoughts(page)).toEqual(numbered(THOUGHTS - 199, THOUGHTS));
  await page.getByText('2,932 earlier ones').waitFor();

  await desk.gateway.log.append(run.end());
  await page.locator('.run .badge', { hasText: 'completed' }).waitFor();
  await page.getByRole('button', { name: 'New run' }).click();
  await page.getByLabel('Your question').fill('Can it still be used?');

  await page.goto(`${desk.gateway.url}/?run=long`);
  await page.getByText(SUMMARY).click();
  expect(await thoughts(page)).toEqual(numbered(THOUGHTS - 199, THOUGHTS));
  await page.context().close();
});
