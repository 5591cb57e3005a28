import { fileURLToPath } from 'node:url';
import type { WorkflowBundle } from '@temporalio/worker';
import type { App } from '../agents/define-app.ts';
import { loadConfig } from '../config.ts';
import { createDataConverter } from '../payload/data-converter.ts';
import { bundleApp } from '../replay/bundle-app.ts';
import { checkHistories, isGood, type HistoryToCheck } from '../replay/check-histories.ts';
import { checksText } from '../replay/checks-text.ts';
import { readHistories } from '../replay/read-histories.ts';
import { quietRuntime } from '../runtime/ensure-runtime.ts';
import type { RecordedHistory } from './record-history.ts';

/** By module of workflows, since bundling takes seconds. */
const bundles = new Map<string, Promise<WorkflowBundle>>();

function bundleOf({ workflows }: Pick<App, 'workflows'>): Promise<WorkflowBundle> {
  const key = workflows?.href ?? '';
  const bundled = bundles.get(key) ?? bundleApp({ workflows });
  bundles.set(key, bundled);
  return bundled;
}

async function read(from: string | URL | readonly RecordedHistory[]): Promise<readonly HistoryToCheck[]> {
  if (Array.isArray(from)) return from as readonly RecordedHistory[];
  const dir = from instanceof URL ? fileURLToPath(from) : (from as string);
  return readHistories(dir, createDataConverter(loadConfig().payloads).payloadCodecs);
}

/**
 * Replays histories on the workflows as they are now, without a server: those of a folder (`*.json`, as `t.exportHistory`,
 * `baton history export` or `temporal workflow show --output json` write them), or of `t.history`. Where it is known what
 * a history's user saw (`*.feed.json`), that is compared as well. Payloads that are not in a history are looked up by
 * BATON_STORE and BATON_PAYLOAD_KEYS. Takes an app, or the module of its workflows alone.
 *
 * @returns how many were replayed
 * @throws Error that names each history which the code could not have made, by agent and step, or whose user would see
 *   something else; BatonError `InvalidInput` when the folder cannot be read or holds no history
 */
export async function replay(
  from: string | URL | readonly RecordedHistory[],
  app: Pick<App, 'workflows'> = {},
): Promise<number> {
  const histories = await read(from);
  quietRuntime();
  const checks = await checkHistories({ workflowBundle: await bundleOf(app), histories });
  if (checks.every(isGood)) return checks.length;
  const error = new Error(checksText(checks));
  error.name = 'ReplayMismatch';
  throw error;
}
