import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startBrowserDesk, type BrowserDesk } from '../support/browser-desk.ts';
import { keepScreenshot } from '../support/keep-screenshot.ts';
import { longRun } from '../support/long-run.ts';
import { unfold } from '../support/unfold.ts';

const HOSTILE = `<script>globalThis.broken = 1</script><img src=x onerror="globalThis.broken = 1"><b>bold</b>`;

let desk: BrowserDesk;
beforeAll(async () => {
  desk = await startBrowserDesk();
});
afterAll(() => desk.stop());

const overflow = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
const background = (page: Page) => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');

test('markup in events is shown as the text it is', async () => {
  const run = longRun({ userId: 'markup', runId: 'hostile', text: () => HOSTILE });
  await desk.gateway.log.append([...run.beginning(), ...run.thoughts(1, 1), ...run.question()]);
  const page = await desk.open('markup', { path: '/?run=hostile' });
  expect(await page.getByRole('heading', { level: 2 }).innerText()).toBe(HOSTILE);
  await page.getByText('1 thoughts, 1 tool calls').click();
  expect(await page.locator('.latest').innerText()).toBe(HOSTILE);
  expect(await page.locator('.thoughts li').innerText()).toBe(HOSTILE);
  await desk.gateway.log.append(run.end());
  await page.locator('.summary', { hasText: HOSTILE }).waitFor();
  expect(await page.locator('main script, main img, main b').count()).toBe(0);
  expect(await page.evaluate('globalThis.broken')).toBeUndefined();
  await page.context().close();
});

describe('on a phone, 360 points wide', () => {
  const viewport = { width: 360, height: 740 };

  test.each([
    ['light', 'rgb(246, 247, 248)'],
    ['dark', 'rgb(18, 23, 28)'],
  ] as const)('in %s colours, nothing has to be scrolled sideways', async (colorScheme, colour) => {
    const user = `phone-${colorScheme}`;
    const { path, handle } = await desk.startAsking(user);
    const page = await desk.open(user, { viewport, colorScheme });
    expect([await overflow(page), await background(page)]).toEqual([0, colour]);

    await page.goto(`${desk.gateway.url}${path}`);
    await page.getByRole('button', { name: 'Approve' }).waitFor();
    expect(await overflow(page)).toBe(0);
    await keepScreenshot(page, `page-question-${colorScheme}`);
    await page.getByRole('button', { name: 'Approve' }).click();
    await handle.result();
    await page.locator('.report .headline').waitFor();
    await unfold(page, 'main');
    expect(await overflow(page)).toBe(0);
    await page.context().close();
  });
});
