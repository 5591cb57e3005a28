import type { Page } from 'playwright-core';
import type { EventLog } from '../../src/notifier/event-log.ts';

/** What each agent thinks on the page, in the order shown; opens what is folded away. */
export async function thoughtsShown(page: Page): Promise<Record<string, string[]>> {
  const shown: Record<string, string[]> = {};
  for (const lane of await page.locator('.lanes > li').all()) {
    const details = lane.locator('details');
    const folded = (await details.count()) > 0 && (await details.getAttribute('open')) === null;
    if (folded) {
      await details.locator('summary').click();
      await details.locator('.thoughts').waitFor({ state: 'attached' });
    }
    shown[await lane.locator('strong').innerText()] = await lane.locator('.thoughts li').allTextContents();
  }
  return shown;
}

/** What each agent that began thought by the log, which holds every event once. */
export async function thoughtsTold(log: EventLog, { userId, runId }: { userId: string; runId: string }) {
  const told: Record<string, string[]> = {};
  for (const event of await log.read({ userId, runId, after: 0, limit: 10_000 })) {
    if (event.type === 'agent_started' && event.agent) told[event.agent] = [];
    if (event.type === 'agent_thinking' && event.agent) told[event.agent]?.push(event.payload.reasoning);
  }
  return told;
}
