import { Client } from '@temporalio/client';
import type { AppManifest } from './agents/define-app.ts';
import type { BatonClient, ConnectOptions } from './client/baton-client.ts';
import { connectionSettings } from './client/connection-settings.ts';
import { openFeedSource } from './client/feed-source.ts';
import { listedWorkflow, listRuns, type RunFilter, type RunSummary } from './client/list-runs.ts';
import { openConnection } from './client/open-connection.ts';
import { createRunHandle, type RunHandle } from './client/run-handle.ts';
import { copiedOptions, type StartOptions } from './client/run-identity.ts';
import { startRun } from './client/start-run.ts';
import { startableNamed } from './client/startable-named.ts';
import { temporalServerOf } from './client/temporal-server.ts';
import { toBatonError } from './client/to-baton-error.ts';
import { withOwnErrors } from './client/with-own-errors.ts';
import { costManifest, ownWorkflows } from './client/own-workflows.ts';
import { workflowInput, type PreparedInput, type Startable } from './client/workflow-input.ts';
import { loadConfig } from './config.ts';
import { BatonError } from './contracts/baton-error.ts';
import { idFault, nameFault } from './contracts/id-fault.ts';
import { optionsFault, type OptionNames } from './contracts/option-names.ts';
import type { OwnWorkflow } from './contracts/own-workflow.ts';
import type { Stats } from './contracts/stats.ts';
import type { HistoryPage } from './feed/stats/history-page.ts';
import { TASK_QUEUE, workflowIdOf, WORKFLOWS } from './contracts/names.ts';
import { createDataConverter } from './payload/data-converter.ts';

export type { BatonClient, ConnectOptions, HistoryPage, RunHandle, RunSummary, StartOptions, Stats };

/** Also keeps a name from reaching into the parts of a workflow id that say whose it is. */
const WORKFLOW_TYPE = /^[A-Za-z_$][\w$]*$/;

const OPTIONS: OptionNames<ConnectOptions> = {
  user: true,
  app: true,
  address: true,
  namespace: true,
  connectTimeoutMs: true,
  callTimeoutMs: true,
  dataDir: true,
  taskQueue: true,
  shared: true,
};
const FILTER: OptionNames<Omit<RunFilter, 'user'>> = {
  thread: true,
  status: true,
  open: true,
  since: true,
  after: true,
  limit: true,
  timeoutMs: true,
};
const PAGE: OptionNames<HistoryPage> = { limit: true, cursor: true };

function checkNames<Options extends object>(what: string, given: unknown, names: OptionNames<Options>) {
  const fault = given === undefined ? undefined : optionsFault(given, names);
  if (fault) throw new BatonError('InvalidInput', `${what}: its options ${fault}`);
}

const ifNamed = (value: unknown) => (value === undefined ? undefined : nameFault(value));

function checkedOptions(options: ConnectOptions): ConnectOptions {
  const kind = optionsFault(options, OPTIONS);
  const { user, taskQueue, namespace, address, dataDir } = kind ? ({} as ConnectOptions) : options;
  const isText = dataDir === undefined || typeof dataDir === 'string';
  const faults = {
    'its options': kind,
    user: idFault(user),
    taskQueue: ifNamed(taskQueue),
    namespace: ifNamed(namespace),
    address: ifNamed(address),
    dataDir: isText ? undefined : 'must be text',
  };
  const [found] = Object.entries(faults).filter(([, fault]) => fault !== undefined);
  if (found) throw new BatonError('InvalidInput', `connect: ${found.join(' ')}`, { code: 'bad_setting' });
  return options;
}

/** What a client has of a process that has read its settings already. */
function given(
  { namespace = 'default', taskQueue = TASK_QUEUE }: ConnectOptions,
  { userConcurrency, ...shared }: NonNullable<ConnectOptions['shared']>,
) {
  return { ...shared, namespace, taskQueue, userConcurrency };
}

/** What a client has of its own, by the options and the settings of this process. */
async function opened(options: ConnectOptions) {
  const config = loadConfig(options.dataDir ? { ...process.env, BATON_DATA_DIR: options.dataDir } : process.env);
  const { taskQueue = config.taskQueue, callTimeoutMs } = options;
  const { userConcurrency } = config;
  const settings = connectionSettings({ ...options, dataDir: config.dataDir });
  const connection = await openConnection(settings);
  const feed = await openFeedSource({ ...config, callTimeoutMs }).catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
  const dataConverter = createDataConverter(config.payloads);
  return { connection, feed, dataConverter, namespace: settings.namespace, userConcurrency, taskQueue };
}

/**
 * Connects a user's client to Temporal and to the event log.
 *
 * @throws BatonError `NetworkError` naming the address when Temporal does not answer, and what is the matter; `InvalidInput`
 *   with code `bad_setting`, `namespace_missing`, `search_attributes_missing`, `server_too_old`, `permission_denied`, or
 *   `foreign_temporal` where the log belongs to another Temporal
 */
export async function connect(options: ConnectOptions): Promise<BatonClient> {
  const { user, app, shared } = checkedOptions(options);
  const { connection, feed, dataConverter, namespace, userConcurrency, taskQueue } = shared
    ? given(options, shared)
    : await opened(options);
  const { workflow: client } = new Client({ connection, namespace, dataConverter });
  if (!shared) {
    const warn = (message: string) => process.emitWarning(message);
    await feed.temporal.claim(client, { bind: false, warn }).catch(async (error: unknown) => {
      await close();
      throw toBatonError(error, temporalServerOf(client));
    });
  }

  function handleOf<Result>(workflow: string, runId: string, repeated = false): RunHandle<Result> {
    if (!WORKFLOW_TYPE.test(workflow) || nameFault(workflow)) {
      throw new BatonError('InvalidInput', `${JSON.stringify(workflow)} is not the name of a workflow`);
    }
    const refused = idFault(runId);
    if (refused) throw new BatonError('InvalidInput', `run id ${refused}`);
    const workflowId = workflowIdOf({ workflow, userId: user, runId });
    return createRunHandle<Result>({ client, workflowId, workflow, userId: user, runId, repeated, feed });
  }

  async function start<Result>(
    startable: Startable | OwnWorkflow<never, Result>,
    given: unknown,
    startOptions?: StartOptions,
  ): Promise<RunHandle<Result>> {
    const own = copiedOptions(startOptions);
    const what = typeof startable === 'function' ? { own: startable.name } : startable;
    return startPrepared(own, (manifest) => workflowInput(what, given, manifest));
  }

  async function startNamed(name: string, given: unknown, startOptions?: StartOptions): Promise<RunHandle> {
    const options = copiedOptions(startOptions);
    const own = await ownWorkflows(app ?? {});
    return startPrepared(options, (manifest) => startableNamed(name, given, { manifest, own }));
  }

  async function startPrepared<Result>(
    startOptions: StartOptions,
    prepare: (manifest: AppManifest) => PreparedInput,
  ): Promise<RunHandle<Result>> {
    const manifest = app ? app.manifest() : costManifest();
    const prepared = prepare(manifest);
    const started = await startRun(prepared, startOptions, {
      client,
      feed,
      user,
      manifest,
      taskQueue,
      userConcurrency,
    });
    return handleOf(started.workflow, started.runId, started.repeated);
  }

  async function find<Result>(runId: string): Promise<RunHandle<Result> | undefined> {
    const run = { userId: user, runId };
    const logged = await feed.workflowOf(run);
    if (logged !== undefined) return handleOf(logged, runId);
    const workflows = [...WORKFLOWS, ...(await ownWorkflows(app ?? {}))];
    const listed = await listedWorkflow(client, { ...run, workflows });
    if (listed !== undefined) return handleOf(listed, runId);
    await feed.temporal.vouch(client);
    return undefined;
  }

  async function close() {
    if (shared) return;
    await feed.close();
    await connection.close();
  }

  async function execute(...args: Parameters<typeof start>) {
    return (await start(...args)).result();
  }

  const baton: BatonClient = {
    start: start as BatonClient['start'],
    execute: execute as BatonClient['execute'],
    startNamed,
    run: (runId, workflow = 'costOptimization') => handleOf(workflow, runId),
    find,
    async runs(filter) {
      checkNames('runs', filter, FILTER);
      const runs = await listRuns({ client, log: feed.log }, { timeoutMs: options.callTimeoutMs, ...filter, user });
      // A stranger's list would say that there are none, or show its own.
      await feed.temporal.vouch(client);
      return runs;
    },
    async stats(page) {
      checkNames('stats', page, PAGE);
      return feed.stats({ ...page, userId: user });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
  return withOwnErrors(baton, temporalServerOf(client), () => feed.temporal.vouch(client));
}
