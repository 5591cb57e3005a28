import { Client } from '@temporalio/client';
import { connectionSettings } from '../client/connection-settings.ts';
import { openFeedSource } from '../client/feed-source.ts';
import { listRuns, runSummary, type RunFilter, type RunSummary } from '../client/list-runs.ts';
import { openConnection } from '../client/open-connection.ts';
import { unreachableFeed } from '../client/unreachable-feed.ts';
import { createRunHandle, type RunHandle } from '../client/run-handle.ts';
import { temporalServerOf } from '../client/temporal-server.ts';
import { withOwnErrors } from '../client/with-own-errors.ts';
import { loadConfig } from '../config.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { isUnavailable } from '../contracts/unavailable.ts';
import { keepPrivate } from '../dev/keep-private.ts';
import { createDataConverter } from '../payload/data-converter.ts';
import { describeWorkflow } from '../reconciler/describe-workflow.ts';

async function* noEvents(): AsyncGenerator<never> {}

/** How long runs may be looked for among all there are, in milliseconds. */
const FIND_TIMEOUT_MS = 60_000;

/**
 * A client over all users' runs: whoever may reach Temporal itself may see them. `anyTemporal`: also of a Temporal that
 * the log does not belong to, and then without the log, for what reads histories only.
 *
 * @throws BatonError `InvalidInput` with code `foreign_temporal`
 */
export async function operatorClient({ anyTemporal = false }: { anyTemporal?: boolean } = {}) {
  const config = loadConfig();
  keepPrivate(config.dataDir, (line) => process.emitWarning(line));
  const settings = connectionSettings({ dataDir: config.dataDir });
  const { connectionOptions, namespace, source, ignored, isEmbedded } = settings;
  // An answer from another place than the one that somebody set must say so.
  if (isEmbedded && ignored)
    process.stderr.write(`Temporal is ${source} at ${connectionOptions.address}: ${ignored}\n`);
  const connection = await openConnection(settings);
  // An operator is needed most when something is down: what Temporal alone can do works without the log.
  let feed = await openFeedSource(config).catch(unreachableFeed);
  const client = new Client({ connection, namespace, dataConverter: createDataConverter(config.payloads) });

  const warn = (message: string) => process.emitWarning(message);
  await feed.temporal.claim(client.workflow, { bind: false, warn }).catch(async (error: unknown) => {
    // Without its log nobody knows which Temporal it belongs to.
    if (isUnavailable(error)) return;
    if (!anyTemporal) {
      await close();
      throw error;
    }
    await feed.close();
    // This log has no event of any run there.
    feed = { ...unreachableFeed(error), events: noEvents };
  });

  /** A run that the log has open is none that never was. */
  async function refuseUnknown(runOrWorkflowId: string): Promise<void> {
    const open = await Promise.resolve(feed.log.openRuns()).catch(() => []);
    const run = open.find(({ workflowId, runId }) => [workflowId, runId].includes(runOrWorkflowId));
    if (!run) return;
    const what = `unknown_to_temporal: Temporal at ${connectionOptions.address} does not have run "${run.runId}"`;
    const remedy = 'it is stalled, not ended: see "baton doctor", and unknown_to_temporal in docs/operate.md';
    const message = `${what}, which is open in the log since ${run.startedAt}; ${remedy}`;
    throw new BatonError('NetworkError', message, { code: 'unknown_to_temporal' });
  }

  async function find(runOrWorkflowId: string): Promise<RunSummary> {
    // A workflow id needs no search, and the list lags behind by moments.
    const named = runOrWorkflowId.includes('/') && (await describeWorkflow(client.workflow, runOrWorkflowId));
    if (named) return runSummary(named);
    const runs = await listRuns(
      { client: client.workflow, log: feed.log },
      { limit: 10_000, timeoutMs: FIND_TIMEOUT_MS },
    );
    const matches = runs.filter(({ run_id, workflow_id }) => [run_id, workflow_id].includes(runOrWorkflowId));
    const [found] = matches;
    if (!found) {
      await refuseUnknown(runOrWorkflowId);
      throw new BatonError(
        'InvalidInput',
        `no run "${runOrWorkflowId}" at ${connectionOptions.address}; "baton runs" lists them`,
      );
    }
    if (matches.length === 1) return found;
    const ids = matches.map(({ workflow_id }) => `  ${workflow_id}`).join('\n');
    throw new BatonError('InvalidInput', `several runs are named "${runOrWorkflowId}"; give the workflow id:\n${ids}`);
  }

  function handle({ workflow_id, workflow, user_id, run_id }: RunSummary): RunHandle {
    const ids = { workflowId: workflow_id, workflow, userId: user_id, runId: run_id };
    return createRunHandle({ client: client.workflow, ...ids, repeated: false, feed });
  }

  async function close() {
    await feed.close();
    await connection.close();
  }

  const operator = {
    client,
    namespace,
    address: connectionOptions.address,
    config,
    feed,
    find,
    handle,
    runs: (filter: RunFilter) =>
      listRuns({ client: client.workflow, log: feed.log }, { timeoutMs: FIND_TIMEOUT_MS, ...filter }),
    close,
    [Symbol.asyncDispose]: close,
  };
  return withOwnErrors(operator, temporalServerOf(client.workflow));
}
