import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { z } from 'zod';
import type { App } from './agents/define-app.ts';
import { connectionSettings } from './client/connection-settings.ts';
import { openFeedSource, type FeedSource } from './client/feed-source.ts';
import { listRuns, type RunFilter, type RunSummary } from './client/list-runs.ts';
import { createRunHandle, type RunHandle } from './client/run-handle.ts';
import type { StartOptions } from './client/run-identity.ts';
import { startRun } from './client/start-run.ts';
import { workflowInput, type Startable } from './client/workflow-input.ts';
import { loadConfig } from './config.ts';
import { BatonError } from './contracts/baton-error.ts';
import type { PlanResult, RegisteredPlan } from './contracts/plan.ts';
import type { Stats } from './contracts/stats.ts';
import type { HistoryPage } from './feed/stats/stats-of.ts';
import { TASK_QUEUE, workflowIdOf, type WorkflowName } from './contracts/names.ts';
import type { WorkflowInput, WorkflowResult } from './contracts/workflow-contracts.ts';
import { createDataConverter } from './payload/data-converter.ts';

export type { HistoryPage, RunHandle, RunSummary, StartOptions, Stats };

export type ConnectOptions = {
  /** The user on whose behalf this client acts; it sees and touches that user's runs only. */
  user: string;
  /** The app whose agents and plans are run. @default Baton's own agents */
  app?: Pick<App, 'manifest'>;
  /** @default TEMPORAL_ADDRESS, a Temporal profile, the embedded server of the data folder, else 127.0.0.1:7233 */
  address?: string;
  /** @default the profile's, else `default` */
  namespace?: string;
  /** Folder of the event log. @default BATON_DATA_DIR */
  dataDir?: string;
  /** @default 'baton' */
  taskQueue?: string;
  /** What a process that acts for many users has once; whoever opened it closes it. @default own ones */
  shared?: { connection: Connection; feed: FeedSource; dataConverter: DataConverter };
};

export type BatonClient = {
  /** Starts a workflow by its name; input and result are typed by it. */
  start<Name extends WorkflowName>(
    workflow: Name,
    input: WorkflowInput<Name>,
    options?: StartOptions,
  ): Promise<RunHandle<WorkflowResult<Name>>>;
  /** Starts a plan of the app; its input is typed by it. */
  start<Input extends z.ZodType>(
    plan: RegisteredPlan<Input>,
    input: z.input<Input>,
    options?: StartOptions,
  ): Promise<RunHandle<PlanResult>>;
  /** Handle of a run that exists already, of a workflow that is known. @default workflow 'costOptimization' */
  run<Result = unknown>(runId: string, workflow?: string): RunHandle<Result>;
  /** Handle of a run of this user, whatever its workflow; undefined when there is none. */
  find<Result = unknown>(runId: string): Promise<RunHandle<Result> | undefined>;
  /** This user's runs, newest first. */
  runs(options?: Omit<RunFilter, 'user'>): Promise<RunSummary[]>;
  /** This user's statistics from the event log, with a page of their finished runs. */
  stats(options?: HistoryPage): Promise<Stats>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Loaded when first needed: the agents bring a database engine along that most calls of a client do without. */
async function ownManifest(dataDir: string) {
  const { costApp } = await import('./agents/cost-app.ts');
  return costApp({ dataDir }).manifest();
}

/** Also keeps a name from reaching into the parts of a workflow id that say whose it is. */
const WORKFLOW_TYPE = /^[A-Za-z_$][\w$]*$/;

/** How long a server may take to answer at first, in milliseconds; Temporal's own 10 s make a wrong address look like a hang. */
const CONNECT_LIMIT_MS = 4_000;

function openConnection(options: ConnectionOptions & { address: string }): Promise<Connection> {
  return Connection.connect({ connectTimeout: CONNECT_LIMIT_MS, ...options }).catch((cause: unknown) => {
    const message = `Temporal does not answer at ${options.address}: is it running? Start it by "baton dev", or set TEMPORAL_ADDRESS`;
    throw new BatonError('NetworkError', message, { cause });
  });
}

/**
 * Connects a user's client to Temporal and to the event log.
 *
 * @throws BatonError `NetworkError` naming the address when Temporal does not answer
 */
export async function connect(options: ConnectOptions): Promise<BatonClient> {
  const { user, app, taskQueue = TASK_QUEUE, shared } = options;
  const config = loadConfig(options.dataDir ? { ...process.env, BATON_DATA_DIR: options.dataDir } : process.env);
  const { namespace, connectionOptions } = connectionSettings({ ...options, dataDir: config.dataDir });
  const feed = shared?.feed ?? (await openFeedSource(config));
  const connection =
    shared?.connection ??
    (await openConnection(connectionOptions).catch(async (error: unknown) => {
      if (!shared) await feed.close();
      throw error;
    }));
  const dataConverter = shared?.dataConverter ?? createDataConverter(config.payloads);
  const { workflow: client } = new Client({ connection, namespace, dataConverter });

  function handleOf<Result>(workflow: string, runId: string, repeated = false): RunHandle<Result> {
    if (!WORKFLOW_TYPE.test(workflow)) throw new BatonError('InvalidInput', `"${workflow}" is no name of a workflow`);
    const workflowId = workflowIdOf({ workflow, userId: user, runId });
    return createRunHandle<Result>({ client, workflowId, workflow, userId: user, runId, repeated, feed });
  }

  async function start<Result>(
    startable: Startable,
    given: unknown,
    startOptions: StartOptions = {},
  ): Promise<RunHandle<Result>> {
    const manifest = app ? app.manifest() : await ownManifest(config.dataDir);
    const prepared = workflowInput(startable, given, manifest);
    const { userConcurrency } = config;
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
    const workflow = await feed.workflowOf({ userId: user, runId });
    return workflow === undefined ? undefined : handleOf(workflow, runId);
  }

  async function close() {
    if (shared) return;
    await feed.close();
    await connection.close();
  }

  return {
    start,
    run: (runId, workflow = 'costOptimization') => handleOf(workflow, runId),
    find,
    runs: (filter) => listRuns(client, { ...filter, user }),
    stats: (page) => feed.stats({ ...page, userId: user }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
