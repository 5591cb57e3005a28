import type { Page } from 'playwright-core';
import type { EventLog } from '../../src/notifier/event-log.ts';
import { unfold } from './unfold.ts';

type Text = { textContent: string | null };
type Lane = { querySelector(selector: string): Text | null; querySelectorAll(selector: string): Iterable<Text> };

const ALL_DRAWN = `document.querySelectorAll('.lanes details').length === document.querySelectorAll('.thoughts').length`;

/** What each agent thinks on the page, in the order shown; opens what is folded away. */
export async function thoughtsShown(page: Page): Promise<Record<string, string[]>> {
  await unfold(page, '.lanes');
  await page.waitForFunction(ALL_DRAWN);
  const shown = await page.locator('.lanes > li').evaluateAll((lanes: Lane[]) =>
    lanes.map((lane): [string, string[]] => {
      const name = lane.querySelector('strong')?.textContent ?? '';
      return [name, [...lane.querySelectorAll('.thoughts li')].map(({ textContent }) => textContent ?? '')];
    }),
  );
  return Object.fromEntries(shown);
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
