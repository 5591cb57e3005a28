import { Runtime, Worker, type NativeConnection, type WorkflowBundleOption } from '@temporalio/worker';
import type { DataConverter } from '@temporalio/common';
import { checkServer } from './client/check-server.ts';
import { ownWorkflows } from './client/own-workflows.ts';
import { createActivities, createEngineActivities } from './activities/create-activities.ts';
import type { App } from './agents/define-app.ts';
import { loadConfig } from './config.ts';
import { ENGINE_QUEUE_SUFFIX, TASK_QUEUE, WORKFLOW_FAILURES } from './contracts/names.ts';
import { createIsolatePool } from './isolate/isolate-pool.ts';
import { isIsolated } from './isolate/is-isolated.ts';
import type { Decisions } from './notifier/decisions.ts';
import type { EffectLedger } from './notifier/effect-ledger.ts';
import type { Leases } from './notifier/leases.ts';
import type { Notifier } from './notifier/notifier.ts';
import { createDataConverter, keepPayload, refuseReadableFailures } from './payload/data-converter.ts';
import { bundleWorkflows } from './workflow-bundle/bundle-workflows.ts';

export type WorkerOptions = {
  connection: NativeConnection;
  namespace: string;
  app: App;
  notifier: Notifier;
  /** The store's effect ledger, for agents whose tools have an effect. */
  effects?: EffectLedger;
  /** The store's decisions, where an answer stands once it is recorded there. */
  decisions?: Decisions;
  /** The store's leases, for agents and tools that have limits. */
  leases?: Leases;
  /** How payloads are kept; clients must know them the same way. @default by BATON_STORE and BATON_PAYLOAD_KEYS */
  dataConverter?: DataConverter;
  /** @default 'baton' */
  taskQueue?: string;
  /** Prebuilt bundle; without one the workflows are bundled now, which takes seconds. */
  workflowBundle?: WorkflowBundleOption;
  /** How long running agents may go on after a request to shut down, in milliseconds. @default 10000 */
  shutdownGraceMs?: number;
  /**
   * Shares this worker among users: no agent is started past the server's queue. Costs about a fifth of the speed of
   * very short agents. @default false
   */
  fair?: boolean;
  /** How many agents may work in this worker at once. @default 100 */
  maxConcurrentAgents?: number;
  /**
   * Runs workflows in this very thread, where breakpoints reach them and nothing takes them for hung. For debugging and
   * tests: a worker is up in a fifth of the time, but an agent that computes holds its workflows up. @default false
   */
  debugMode?: boolean;
};

export { WORKFLOWS_PATH } from './workflow-bundle/shipped-workflows.ts';

/**
 * What the engine's own activities may take of a worker at once. They are short, and have places of their own: a run's
 * end must not wait until an agent of another run has left its place.
 */
const ENGINE_PLACES = { maxConcurrentActivityTaskExecutions: 100, maxConcurrentActivityTaskPolls: 5 };

/**
 * Creates a worker that runs an app's agents and Baton's workflows. `run()` it; `shutdown()` ends it cleanly.
 *
 * @throws BatonError `InvalidInput` with code `server_too_old`, `namespace_missing` or `search_attributes_missing`
 * @throws BatonError `InvalidInput` with code `readable_failures` for a prebuilt bundle that was made without the keys
 * @throws BatonError `InvalidInput` if an own workflow is exported under another name than its own
 * @throws TypeError if an agent needs a store that is not given, or this is the process of an isolated agent
 */
export async function createWorker({
  connection,
  namespace,
  app,
  notifier,
  effects,
  decisions,
  leases,
  dataConverter = createDataConverter(loadConfig().payloads),
  taskQueue = TASK_QUEUE,
  workflowBundle,
  shutdownGraceMs = 10_000,
  fair = false,
  maxConcurrentAgents = 100,
  debugMode = false,
}: WorkerOptions): Promise<Worker> {
  if (isIsolated()) {
    throw new TypeError("an isolated agent's module starts a worker: move the agent to a module that does not");
  }
  await ownWorkflows(app);
  await checkServer(connection, { address: "the worker's connection", namespace });
  const pool = createIsolatePool();
  const created: { worker?: Worker } = {};
  const options = {
    connection,
    namespace,
    dataConverter,
    taskQueue,
    debugMode,
    activities: createActivities(app, {
      notifier,
      effects,
      leases,
      runAgent: pool.run,
      keepResult: (result) => keepPayload(dataConverter, result),
      isStopping: () => created.worker !== undefined && created.worker.getState() !== 'RUNNING',
    }),
    ...(fair && { maxEagerActivityReservationsPerWorkflowTask: 0 }),
    maxConcurrentActivityTaskExecutions: maxConcurrentAgents,
    // The default of 0 fails a running agent at SIGTERM.
    shutdownGraceTime: shutdownGraceMs,
    // A cancel reaches an agent with its next heartbeat; by default that may be throttled to a minute.
    maxHeartbeatThrottleInterval: 500,
    // After a worker's death its workflows wait this long for it before another worker takes them: 10 s by default.
    stickyQueueScheduleToStartTimeout: 500,
    workflowFailureErrorTypes: { '*': [...WORKFLOW_FAILURES] },
  };
  const bundle = workflowBundle ?? (await bundleWorkflows({ app, dataConverter, logger: Runtime.instance().logger }));
  await refuseReadableFailures(dataConverter, bundle);
  const worker = await Worker.create({ ...options, workflowBundle: bundle });
  created.worker = worker;
  const engine = await Worker.create({
    connection,
    namespace,
    dataConverter,
    taskQueue: `${taskQueue}${ENGINE_QUEUE_SUFFIX}`,
    activities: createEngineActivities({ notifier, decisions, effects }),
    shutdownGraceTime: shutdownGraceMs,
    ...ENGINE_PLACES,
  });
  // Nothing else tells when the last activity has ended; `runUntil` goes through here as well.
  const run = worker.run.bind(worker);
  worker.run = async () => {
    const publishing = engine.run();
    // Alone each of the two would let runs begin that never end.
    publishing.catch(() => worker.getState() === 'RUNNING' && worker.shutdown());
    try {
      await run();
    } finally {
      if (engine.getState() === 'RUNNING') engine.shutdown();
      await publishing.catch(() => undefined);
      await pool.close();
    }
    await publishing;
  };
  return worker;
}
