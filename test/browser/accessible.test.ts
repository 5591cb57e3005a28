import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { axeFaults } from '../support/axe-faults.ts';
import { startBrowserDesk, type BrowserDesk } from '../support/browser-desk.ts';
import { longRun } from '../support/long-run.ts';
import { unfold } from '../support/unfold.ts';

const viewport = { width: 360, height: 740 };

let desk: BrowserDesk;
beforeAll(async () => {
  desk = await startBrowserDesk();
});
afterAll(() => desk.stop());

test('no state of the page has a serious fault of accessibility, in light, in dark, 360 points wide', async () => {
  const user = 'reachable';
  const { path, handle } = await desk.startAsking(user);
  const page = await desk.open(user, { viewport });
  const faults = await axeFaults(page, 'start and history');

  await desk.gateway.log.append([...longRun({ userId: user, runId: 'going' }).beginning()]);
  await page.goto(`${desk.gateway.url}/?run=going`);
  await page.locator('.lane.running').waitFor();
  faults.push(...(await axeFaults(page, 'running')));

  await page.goto(`${desk.gateway.url}${path}`);
  await page.getByRole('button', { name: 'Approve' }).waitFor();
  faults.push(...(await axeFaults(page, 'question')));

  await page.getByRole('button', { name: 'Approve' }).click();
  await handle.result();
  await page.locator('.report .headline').waitFor();
  await unfold(page, 'main');
  faults.push(...(await axeFaults(page, 'report')));

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Baton' }).waitFor();
  faults.push(...(await axeFaults(page, 'sign-in')));
  expect(faults).toEqual([]);
  await page.context().close();
});

test("a screen reader is told agents' ends, questions and the run's end, once each", async () => {
  const run = longRun({ userId: 'listening', runId: 'told', text: () => 'Go on with it?' });
  await desk.gateway.log.append(run.beginning());
  const page = await desk.open('listening', { path: '/?run=told' });
  const told = page.getByRole('log', { name: 'What happened' });
  await told.getByText('Run: running').waitFor();
  await desk.gateway.log.append([...run.thoughts(1, 20), ...run.question()]);
  await told.getByText('Question: Go on with it?').waitFor();
  // As the accessibility tree has it, of which a screen reader speaks: no thought, no clock.
  expect(await told.ariaSnapshot()).toBe(
    ['- log "What happened":', '  - paragraph: "Question: Go on with it?"', '  - paragraph: "Run: waits for you"'].join(
      '\n',
    ),
  );
  await desk.gateway.log.append(run.end());
  await told.getByText('Run: completed').waitFor();
  expect(await told.getByText('triage done').count()).toBe(1);
  await page.context().close();
});
