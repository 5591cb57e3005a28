import { existsSync, openAsBlob } from 'node:fs';
import { resolve } from 'node:path';
import { chromium, type BrowserContextOptions, type Page } from 'playwright-core';
import { costApp } from '../../src/agents/cost-app.ts';
import { createDataConverter } from '../../src/payload/data-converter.ts';
import { findChromium } from './find-chromium.ts';
import { startTestGateway } from './test-gateway.ts';
import { startTestWorker } from './test-run.ts';

/** How long a page may take to show something, in milliseconds. */
const PATIENCE_MS = 20_000;

export const AZURE = resolve('examples/data/AzureLLMInferenceTrace_code.csv');

function checkPage(): void {
  if (!existsSync(resolve('web/dist/index.html'))) throw new Error('the page is not built: run "npm run setup"');
}

type Asking = { model: string; runId: string };

/** A real browser before a gateway and a worker with Baton's own agents. */
export async function startBrowserDesk() {
  checkPage();
  const executablePath = findChromium();
  const gateway = await startTestGateway();
  const worker = await startTestWorker({
    agents: costApp({ dataDir: gateway.dataDir }).agents,
    notifier: gateway.log,
    taskQueue: gateway.taskQueue,
    dataConverter: createDataConverter(gateway.config.payloads),
  });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

  async function newPage(options: BrowserContextOptions = {}) {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(PATIENCE_MS);
    return context.newPage();
  }

  async function open(user: string, { path = '/', ...options }: BrowserContextOptions & { path?: string } = {}) {
    const page = await newPage(options);
    await signIn(page, user, path);
    return page;
  }

  /** Opens the page by the link that signs a user in. */
  async function signIn(page: Page, user: string, path = '/') {
    await page.goto(`${gateway.url}${path}#token=${await gateway.token(user)}`);
    await page.getByText('Live', { exact: true }).waitFor();
  }

  /** Starts the run of the real trace over HTTP; it stops at its question, unless its model has no price. */
  async function startAsking(user: string, { model = 'claude-sonnet-4-5', runId }: Partial<Asking> = {}) {
    const upload = await gateway.call(user, '/v1/uploads', { method: 'POST', body: await traceForm() });
    const { upload_id } = (await upload.json()) as { upload_id: string };
    const input = { upload_ids: [upload_id], model, require_approval: true };
    const started = await gateway.post(user, '/v1/runs', { workflow: 'costOptimization', input, run_id: runId });
    const { run_id, workflow_id } = (await started.json()) as { run_id: string; workflow_id: string };
    return { runId: run_id, path: `/?run=${run_id}`, handle: worker.client.workflow.getHandle(workflow_id) };
  }

  return {
    gateway,
    worker,
    newPage,
    open,
    signIn,
    startAsking,
    async stop() {
      await browser.close();
      await worker.stop();
      await gateway.stop();
    },
  };
}

async function traceForm(): Promise<FormData> {
  const form = new FormData();
  form.append('file', await openAsBlob(AZURE), 'trace.csv');
  return form;
}

export type BrowserDesk = Awaited<ReturnType<typeof startBrowserDesk>>;
