import type { Page } from 'playwright-core';

const LIMIT = 60;

type Control = { textContent: string | null; labels?: Iterable<{ textContent: string | null }> };

/** Presses Tab until the control with this name has the focus, as somebody without a mouse does. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let pressed = 0; pressed < LIMIT; pressed += 1) {
    await page.keyboard.press('Tab');
    const focused = await page
      .locator(':focus')
      .evaluateAll((controls: Control[]) =>
        controls.map((control) => ([...(control.labels ?? [])][0] ?? control).textContent?.trim()),
      );
    if (focused.includes(name)) return;
  }
  throw new Error(`"${name}" cannot be reached by the keyboard`);
}
