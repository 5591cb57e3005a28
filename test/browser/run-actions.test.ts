import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NewEvent } from '../../src/contracts/event.ts';
import { startBrowserDesk, type BrowserDesk } from '../support/browser-desk.ts';
import { thought } from '../support/test-gateway.ts';

let desk: BrowserDesk;
beforeAll(async () => {
  desk = await startBrowserDesk();
});
afterAll(() => desk.stop());

test('a run is paused and resumed from the page, and goes on to its end', async () => {
  const { handle, path } = await desk.startAsking('pauser');
  const page = await desk.open('pauser', { path });
  const badge = (text: string) => page.locator('.run .badge', { hasText: text });
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  await button('Approve').waitFor();
  await button('Pause').click();
  await badge('paused').waitFor();
  await page.locator('.run').getByText('Paused by pauser').waitFor();
  expect(await button('Pause').count()).toBe(0);
  expect(await button('Approve').isVisible()).toBe(true);

  await button('Resume').click();
  await button('Pause').waitFor();
  await badge('waits for you').waitFor();
  expect(await page.locator('.run').getByText('Paused by pauser').count()).toBe(0);
  await button('Approve').click();
  await handle.result();
  await badge('completed').waitFor();
  expect(await page.locator('.run > header .actions button').count()).toBe(0);
  await page.context().close();
});

/** An event of the run itself, as its workflow tells it. */
let told = 0;
function ofRun(userId: string, type: NewEvent['type'], payload: object, step: string | null = null): NewEvent {
  told += 1;
  const own = { type, payload, step, agent: null, agent_run: null, exec: 'run.1.1764000000000' };
  return { ...thought(userId, told, { runId: 'plan' }), ...own } as NewEvent;
}

test('a run that no worker takes says so until a worker is heard of again', async () => {
  const { log } = desk.gateway;
  const payload = { by: 'reconciler', reason: 'no_worker' };
  await log.append([
    ofRun('waiter', 'run_started', { workflow: 'runPlan', agents: ['order'] }),
    { ...ofRun('waiter', 'run_stalled', payload), exec: 'reconciler' },
  ]);
  const page = await desk.open('waiter', { path: '/?run=plan' });
  const status = page.getByRole('status').filter({ hasText: 'No worker takes this run' });
  await status.waitFor();
  await log.append([ofRun('waiter', 'run_resumed', { by: 'waiter' })]);
  await status.waitFor({ state: 'detached' });
  await page.context().close();
});

test('a step that was skipped says why, and what a failed run undid or could not undo is listed', async () => {
  const of = (...rest: Parameters<typeof ofRun> extends [string, ...infer Rest] ? Rest : never) =>
    ofRun('undoer', ...rest);
  const undo = { agent: 'undo_order', success: true };
  await desk.gateway.log.append([
    of('run_started', { workflow: 'runPlan', agents: ['order', 'news'] }),
    of('step_skipped', { agent: 'news', reason: 'its condition was not met' }, 'news'),
    of('compensation_started', { agent: 'undo_order', step: 'order' }, 'order'),
    of('compensation_completed', { ...undo, step: 'order' }, 'order'),
    of('compensation_started', { agent: 'undo_mail', step: 'mail' }, 'mail'),
    of('compensation_completed', {
      agent: 'undo_mail',
      step: 'mail',
      success: false,
      error: { type: 'ToolFailed', message: 'it was read already' },
    }),
    of('run_failed', { status: 'failed', summary: 'the order failed', execution_time_ms: 5 }),
  ]);
  const page = await desk.open('undoer', { path: '/?run=plan' });
  const skipped = page.locator('.lane.skipped');
  await skipped.getByText('its condition was not met').waitFor();
  expect(await skipped.locator('.state').textContent()).toBe('skipped');
  expect(await page.getByRole('region', { name: 'Undone' }).getByRole('listitem').allTextContents()).toEqual([
    'order undone',
    'mail could not be undone: it was read already',
  ]);
  expect(await page.getByRole('button', { name: 'Try again' }).isVisible()).toBe(true);
  await page.context().close();
});
