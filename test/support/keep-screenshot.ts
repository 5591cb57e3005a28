import { join } from 'node:path';

/** A page, or a part of one. */
type Shown = { screenshot(options: { path: string; fullPage?: boolean }): Promise<unknown> };

/** Keeps what it looks like under `docs/`, where `npm run docs:screenshots` asked for it; else does nothing. */
export async function keepScreenshot(shown: Shown, name: string, { fullPage = true } = {}): Promise<void> {
  const folder = process.env.BATON_SCREENSHOTS;
  if (folder) await shown.screenshot({ path: join(folder, `${name}.png`), fullPage });
}
