import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Keeps what the page looks like under `docs/`, where `npm run docs:screenshots` asked for it; else does nothing. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.BATON_SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
