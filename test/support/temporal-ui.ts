import type { WorkflowHandle } from '@temporalio/client';
import type { Locator, Page } from 'playwright-core';
import type { BrowserDesk } from './browser-desk.ts';
import { until } from './until.ts';

type Run = Pick<WorkflowHandle, 'workflowId' | 'describe'>;

/** What Temporal UI may take for one page on a busy machine, in milliseconds. */
const PATIENCE_MS = 60_000;

/** Temporal UI of the shared server, in a browser of its own. Pages are told by their text: it outlives their markup. */
export async function openTemporalUi(desk: BrowserDesk) {
  const { BATON_TEST_UI: url } = process.env;
  if (!url) throw new Error('the UI of the shared Temporal server is missing: run the tests by npm test');
  const { workflow } = desk.worker.client;
  const page: Page = await desk.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(PATIENCE_MS);
  const workflows = `${url}/namespaces/default/workflows`;

  return {
    page,
    /** Opens the list of runs by a query, once it finds so many. */
    async list(query: string, count: number) {
      await until(
        () => workflow.count(query),
        (found) => found.count === count,
      );
      await page.goto(`${workflows}?query=${encodeURIComponent(query)}`);
    },
    /** Opens a run at one of its tabs. */
    async open(run: Run, tab: 'timeline' | 'history' | 'user-metadata') {
      const { runId } = await run.describe();
      await page.goto(`${workflows}/${encodeURIComponent(run.workflowId)}/${runId}/${tab}`);
      await page.getByRole('heading', { name: run.workflowId }).waitFor();
    },
    /** Markdown is shown in frames of their own. */
    async frameWith(text: string): Promise<Locator> {
      const [found] = await until(
        async () => {
          const bodies = page.frames().map((frame) => frame.locator('body'));
          const texts = await Promise.all(bodies.map((body) => body.innerText().catch(() => '')));
          return bodies.filter((_body, n) => n > 0 && texts[n]?.includes(text));
        },
        ({ length }) => length > 0,
      );
      return found as Locator;
    },
    /** Sends an update by the dialog of More Actions. */
    async sendUpdate(name: string, data: string, beforeSubmit: (dialog: Locator) => Promise<void>) {
      await page.getByRole('button', { name: 'More Actions' }).click();
      await page.getByRole('menuitem', { name: 'Send an Update' }).click();
      const dialog = page.locator('dialog[open]');
      await dialog.getByTestId('update-select-button').click();
      await dialog.getByRole('option', { name: new RegExp(`^${name}`) }).click();
      await dialog.locator('[contenteditable=true]').fill(data);
      await beforeSubmit(dialog);
      // The message is laid out anew once its field is left: a button that moves under the mouse is not clicked.
      await dialog.getByRole('button', { name: 'Submit' }).press('Enter');
    },
  };
}
