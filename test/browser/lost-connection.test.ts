import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startBrowserDesk, type BrowserDesk } from '../support/browser-desk.ts';
import { thoughtsShown, thoughtsTold } from '../support/thoughts.ts';

const OFFLINE_MS = 10_000;

let desk: BrowserDesk;
beforeAll(async () => {
  desk = await startBrowserDesk();
});
afterAll(() => desk.stop());

const question = (page: Page) => page.getByRole('heading', { name: /^Make a plan to save about/ });
const report = (page: Page) => page.locator('.report .headline');
const lanes = (page: Page) => page.locator('.lanes').innerText();
const bar = (page: Page, text: string) => page.getByText(text, { exact: true });

/** A page that shows a run of the real trace which waits for its user. */
async function openAsking(user: string) {
  const run = await desk.startAsking(user);
  const page = await desk.open(user, { path: run.path });
  await question(page).waitFor();
  const decision = { approval_id: 'plan', decision: 'approve', by: user };
  return {
    page,
    run,
    approve: () => run.handle.signal('decide', decision),
    told: () => thoughtsTold(desk.gateway.log, { userId: user, runId: run.runId }),
  };
}

test('a reload in the middle of a run loses nothing and doubles nothing', async () => {
  const { page, approve, told } = await openAsking('reload');
  const before = await lanes(page);
  await page.reload();
  await question(page).waitFor();
  expect(await lanes(page)).toBe(before);
  await approve();
  await report(page).waitFor();
  expect(await thoughtsShown(page)).toEqual(await told());
  await page.context().close();
});

test('two tabs show the same, and a question answered in one is answered in the other', async () => {
  const { page, run, told } = await openAsking('tabs');
  const other = await page.context().newPage();
  await desk.signIn(other, 'tabs', run.path);
  await question(other).waitFor();
  await page.getByRole('button', { name: 'Approve' }).click();
  for (const tab of [page, other]) {
    await report(tab).waitFor();
    expect(await question(tab).count()).toBe(0);
    expect(await thoughtsShown(tab)).toEqual(await told());
  }
  expect(await lanes(other)).toBe(await lanes(page));
  await page.context().close();
});

test('ten seconds without a network in which the run ends: the bar says so, and then everything is there', async () => {
  const { page, run, approve, told } = await openAsking('offline');
  await page.context().setOffline(true);
  await bar(page, 'Reconnecting, nothing is lost').waitFor();
  await approve();
  await Promise.all([run.handle.result(), sleep(OFFLINE_MS)]);
  expect(await bar(page, 'Reconnecting, nothing is lost').isVisible()).toBe(true);
  expect(await question(page).isVisible()).toBe(true);
  await page.context().setOffline(false);
  await report(page).waitFor();
  await bar(page, 'Live').waitFor();
  expect(await thoughtsShown(page)).toEqual(await told());
  await page.context().close();
});

test('a gateway that is gone while the run ends, and comes back, has lost nothing', async () => {
  const { page, run, approve, told } = await openAsking('restart');
  await desk.gateway.close();
  await bar(page, 'Reconnecting, nothing is lost').waitFor();
  await approve();
  await run.handle.result();
  await desk.gateway.startAgain();
  await report(page).waitFor();
  await bar(page, 'Live').waitFor();
  expect(await thoughtsShown(page)).toEqual(await told());
  await page.context().close();
});
