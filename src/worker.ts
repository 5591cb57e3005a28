import {
  Runtime,
  Worker,
  type NativeConnection,
  type WorkerInterceptors,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { ApplicationFailure, type DataConverter } from '@temporalio/common';
import { CALL_TIMEOUT_MS } from './client/call-deadline.ts';
import { checkServer } from './client/check-server.ts';
import { ownWorkflows } from './client/own-workflows.ts';
import { settledWithin } from './activities/patience.ts';
import { createActivities, createEngineActivities } from './activities/create-activities.ts';
import type { App } from './agents/define-app.ts';
import { loadConfig } from './config.ts';
import type { AgentCall, AgentFailureDetails } from './contracts/agent-call.ts';
import { ENGINE_QUEUE_SUFFIX, TASK_QUEUE, WORKFLOW_FAILURES } from './contracts/names.ts';
import { checkGiven, countFault, durationFault, MAX_WAIT_MS } from './contracts/number-fault.ts';
import { optionsFault, type OptionNames } from './contracts/option-names.ts';
import { createIsolatePool } from './isolate/isolate-pool.ts';
import { isIsolated } from './isolate/is-isolated.ts';
import type { Decisions } from './notifier/decisions.ts';
import type { EffectLedger } from './notifier/effect-ledger.ts';
import type { Leases } from './notifier/leases.ts';
import type { Notifier } from './notifier/notifier.ts';
import type { TemporalBindings } from './notifier/temporal-binding.ts';
import { createDataConverter, keepPayload, refuseReadableFailures } from './payload/data-converter.ts';
import { createOwnTasks, type OwnTasks } from './reconciler/own-tasks.ts';
import { watchTemporal } from './reconciler/watch-temporal.ts';
import { guardWorkflowThreads } from './runtime/guard-workflow-threads.ts';
import { bundleWorkflows } from './workflow-bundle/bundle-workflows.ts';

/** Most agents of one worker: each has a slot of Temporal's. */
const MAX_AGENTS = 100_000;

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
  /**
   * Which Temporal the store belongs to: no agent runs for another one that has taken its address, and `run()` rejects
   * with code `foreign_temporal` once one answers. @default whatever the connection reaches is taken for the right one
   */
  binding?: TemporalBindings;
  /** Address of the server, as messages name it. @default "the worker's connection" */
  address?: string;
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

const OPTIONS: OptionNames<WorkerOptions> = {
  connection: true,
  namespace: true,
  app: true,
  notifier: true,
  effects: true,
  decisions: true,
  leases: true,
  binding: true,
  address: true,
  dataConverter: true,
  taskQueue: true,
  workflowBundle: true,
  shutdownGraceMs: true,
  fair: true,
  maxConcurrentAgents: true,
  debugMode: true,
};

export { WORKFLOWS_PATH } from './workflow-bundle/shipped-workflows.ts';

/**
 * What the engine's own activities may take of a worker at once. They are short, and have places of their own: a run's
 * end must not wait until an agent of another run has left its place.
 */
const ENGINE_PLACES = { maxConcurrentActivityTaskExecutions: 100, maxConcurrentActivityTaskPolls: 5 };

/** Wait before a stranger gives a task that was refused to a worker again, in milliseconds: by then this one has ended. */
const REFUSED_FOR_MS = 5_000;

/** How long an agent in the workflow's own task may wait for the server, in milliseconds: it has a second in all. */
const LOCAL_WAIT_MS = 250;

/** As an agent that finds a store down: it is called again as an ordinary activity, whose task says where it comes from. */
function postponed(): ApplicationFailure {
  const details: AgentFailureDetails = { attempts: 1, execution_time_ms: 0, told: false, postponed: true };
  const message = 'Temporal has not said in time that it has this run';
  return ApplicationFailure.create({ type: 'NetworkError', message, nonRetryable: true, details: [details] });
}

/** Interceptors that let no activity begin whose task comes from a stranger. */
function refusing({ knows, refuseForeign }: OwnTasks): WorkerInterceptors {
  return {
    activity: [
      ({ info }) => ({
        inbound: {
          async execute(input, next) {
            if (knows(info)) return next(input);
            const asked = refuseForeign(info).catch((error: Error) => {
              const { message } = error;
              throw ApplicationFailure.create({ type: 'NetworkError', message, nextRetryDelay: REFUSED_FOR_MS });
            });
            if (info.isLocal && !(await settledWithin(asked, LOCAL_WAIT_MS))) {
              const [call] = input.args as [Partial<AgentCall>?];
              if (call?.may_be_postponed) throw postponed();
            } else {
              await asked;
            }
            return next(input);
          },
        },
      }),
    ],
  };
}

/**
 * Creates a worker that runs an app's agents and Baton's workflows. `run()` it; `shutdown()` ends it cleanly.
 *
 * @throws BatonError `InvalidInput` with code `server_too_old`, `namespace_missing` or `search_attributes_missing`
 * @throws BatonError `InvalidInput` with code `readable_failures` for a prebuilt bundle that was made without the keys
 * @throws BatonError `InvalidInput` if an own workflow is exported under another name than its own
 * @throws TypeError if an agent needs a store that is not given, an option is unknown, a number is out of its range, or this is the process of an
 *   isolated agent
 */
export async function createWorker(given: WorkerOptions): Promise<Worker> {
  checkGiven('createWorker: ', { 'its options': optionsFault(given, OPTIONS) });
  const {
    connection,
    namespace,
    app,
    notifier,
    effects,
    decisions,
    leases,
    binding,
    address = "the worker's connection",
    dataConverter = createDataConverter(loadConfig().payloads),
    taskQueue = TASK_QUEUE,
    workflowBundle,
    shutdownGraceMs = 10_000,
    fair = false,
    maxConcurrentAgents = 100,
    debugMode = false,
  } = given;
  checkGiven('createWorker: ', {
    shutdownGraceMs: durationFault(shutdownGraceMs, { least: 0, most: MAX_WAIT_MS }),
    maxConcurrentAgents: countFault(maxConcurrentAgents, MAX_AGENTS),
  });
  if (isIsolated()) {
    throw new TypeError("an isolated agent's module starts a worker: move the agent to a module that does not");
  }
  await ownWorkflows(app);
  const check = () => checkServer(connection, { address, namespace });
  await connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, check);
  const pool = createIsolatePool();
  const created: { worker?: Worker } = {};
  let foreign: Error | undefined;
  function onForeign(error: Error) {
    foreign ??= error;
    // What it would poll is another's queue.
    if (created.worker?.getState() === 'RUNNING') created.worker.shutdown();
  }
  const watched = binding && { temporal: { connection, namespace, address }, binding, onForeign };
  const common = {
    connection,
    namespace,
    dataConverter,
    ...(watched && { interceptors: refusing(await createOwnTasks(watched)) }),
  };
  const options = {
    ...common,
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
  guardWorkflowThreads();
  const worker = await Worker.create({ ...options, workflowBundle: bundle });
  created.worker = worker;
  const engine = await Worker.create({
    ...common,
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
    const stopWatch = watched && watchTemporal(watched);
    try {
      await run();
    } finally {
      // Not awaited: its last question may hang with the server.
      void stopWatch?.();
      if (engine.getState() === 'RUNNING') engine.shutdown();
      await publishing.catch(() => undefined);
      await pool.close();
    }
    await publishing;
    if (foreign) throw foreign;
  };
  return worker;
}
