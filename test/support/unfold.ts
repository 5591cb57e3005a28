import type { Page } from 'playwright-core';

/** Opens everything that is folded away within what the selector finds. */
export async function unfold(page: Page, within: string): Promise<void> {
  const folded = page.locator(`${within} details:not([open]) > summary`);
  await folded.evaluateAll((summaries: { click(): void }[]) => {
    for (const summary of summaries) summary.click();
  });
}
