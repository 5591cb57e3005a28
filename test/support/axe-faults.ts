import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type Violation = { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] };

/** What axe finds in the page as it is, in light and in dark colours, of serious or critical impact. */
export async function axeFaults(page: Page, state: string): Promise<string[]> {
  const faults: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Evaluated and not added as a script, which the page's own policy refuses.
    await page.evaluate(AXE);
    const { violations } = await page.evaluate<{ violations: Violation[] }>(
      `axe.run(document, { resultTypes: ['violations'] })`,
    );
    const grave = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
    const told = grave.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${state}, ${colorScheme}: ${id} ${target.join(' ')} ${failureSummary}`,
      ),
    );
    faults.push(...told);
  }
  return faults;
}
