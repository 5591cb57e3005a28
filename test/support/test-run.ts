import { randomUUID } from 'node:crypto';
import { Client, Connection, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, type DataConverter } from '@temporalio/common';
import { DefaultLogger, NativeConnection, type Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { AnyAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { limitsOf } from '../../src/agents/limits-of.ts';
import type { AgentLimits } from '../../src/contracts/agent-call.ts';
import type { AgentOutcome, RunOutcome } from '../../src/contracts/run.ts';
import type { RunStart } from '../../src/contracts/run-start.ts';
import { workflowIdOf } from '../../src/contracts/names.ts';
import type { EffectLedger } from '../../src/notifier/effect-ledger.ts';
import type { Notifier } from '../../src/notifier/notifier.ts';
import { createWorker } from '../../src/worker.ts';
import { quietRuntime } from '../../src/runtime/ensure-runtime.ts';
import { recordingNotifier } from '../../src/testing/recording-notifier.ts';
import { bundleWorkflows } from '../../src/workflow-bundle/bundle-workflows.ts';
import { openTestStores } from './open-test-stores.ts';

/** What global set-up prepared: the shared server and the prebuilt workflows. */
export function shared() {
  const { BATON_TEST_ADDRESS: address, BATON_TEST_BUNDLE: codePath } = process.env;
  if (!address || !codePath) throw new Error('the shared Temporal server is missing: run the tests by npm test');
  return { address, namespace: 'default', workflowBundle: { codePath } };
}

/** Outcome of a run, also of one that failed: the failure carries it. */
export async function outcomeOf<Result>(handle: WorkflowHandle): Promise<RunOutcome<Result>> {
  try {
    return (await handle.result()) as RunOutcome<Result>;
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
    if (!(cause instanceof ApplicationFailure) || !cause.details?.[0]) throw error;
    return cause.details[0] as RunOutcome<Result>;
  }
}

quietRuntime();

type Options = {
  agents: readonly AnyAgent[];
  shutdownGraceMs?: number;
  maxConcurrentAgents?: number;
  fair?: boolean;
  /** @default one that records */
  notifier?: Notifier;
  /** What stands between the worker and the real ledger. @default nothing */
  guard?: (effects: EffectLedger) => EffectLedger;
  /** @default payloads as they are, so that recorded histories can be read by anybody */
  dataConverter?: DataConverter;
  /** @default the one that global set-up made, or with a converter of failures one that has it too */
  workflowBundle?: WorkflowBundleOption;
  /** @default one of its own */
  taskQueue?: string;
};

type StartRunOptions = {
  timeoutMs?: number;
  userId?: string;
  limits?: Partial<AgentLimits>;
  /** More fields of the run's start, such as its generation. */
  start?: Partial<RunStart>;
};

type RunAgentOptions = StartRunOptions & { answer?: string };

function bundleFor(dataConverter: DataConverter): Promise<WorkflowBundleOption> | WorkflowBundleOption {
  if (!dataConverter.failureConverterPath) return shared().workflowBundle;
  const app = { workflows: new URL('./workflows.ts', import.meta.url) };
  return bundleWorkflows({ app, dataConverter, logger: new DefaultLogger('ERROR') });
}

/** A worker for some agents on a task queue of its own, with a recording notifier, and a way to run one of them. */
export async function startTestWorker({
  agents,
  shutdownGraceMs,
  maxConcurrentAgents,
  fair,
  notifier,
  guard = (effects) => effects,
  dataConverter = {},
  workflowBundle,
  taskQueue = `test-${randomUUID()}`,
}: Options) {
  const { address, namespace } = shared();
  const recorder = recordingNotifier();
  const nativeConnection = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace, dataConverter });
  const app = defineApp({ agents });
  const { log, effects, leases, decisions, remove } = await openTestStores();
  const options = {
    namespace,
    dataConverter,
    app,
    notifier: notifier ?? recorder.notifier,
    effects: guard(effects),
    leases,
    decisions,
    taskQueue,
    workflowBundle: workflowBundle ?? (await bundleFor(dataConverter)),
    shutdownGraceMs,
    maxConcurrentAgents,
    fair,
    debugMode: true,
  };
  const workers: { worker: Worker; running: Promise<void> }[] = [];

  async function addWorker() {
    const worker = await createWorker({ connection: nativeConnection, ...options });
    const entry = { worker, running: worker.run() };
    workers.push(entry);
    return entry;
  }
  await addWorker();

  async function start<Input>(
    workflow: string,
    input: Input,
    { timeoutMs = 60_000, userId = 'u1', limits = {}, start = {} }: StartRunOptions = {},
  ) {
    const runId = randomUUID();
    const context = { user_id: userId, thread_id: 't1', run_id: runId, request_id: runId, metadata: {} };
    const own = Object.fromEntries(agents.map((agent) => [agent.name, { ...limitsOf(agent), ...limits }]));
    const args: [RunStart<Input>] = [
      { context, input, limits: own, timeout_ms: timeoutMs, ...start } as RunStart<Input>,
    ];
    const workflowId = workflowIdOf({ workflow, userId, runId });
    const handle = await client.workflow.start(workflow, { workflowId, taskQueue, args });
    return { handle, runId, workflowId };
  }

  return {
    client,
    recorder,
    /** Of the stores, which the runs tell nothing: that goes to the recorder. */
    log,
    effects,
    leases,
    taskQueue,
    addWorker,
    start,
    /**
     * Runs one agent to its outcome, and gives the events of that run in order of publication. `answer` is what the
     * user decides on the first question.
     */
    async runAgent(agent: string, input: unknown = {}, { answer, ...startOptions }: RunAgentOptions = {}) {
      const { handle, runId } = await start('runAgent', { agent, input }, startOptions);
      if (answer) {
        const asked = await recorder.until(({ run_id, type }) => run_id === runId && type === 'approval_requested');
        const { approval_id } = asked.payload as { approval_id: string };
        await handle.signal('decide', { approval_id, decision: answer, by: 'ann' });
      }
      const run = await outcomeOf<AgentOutcome>(handle);
      return { run, outcome: run.result as AgentOutcome, events: recorder.of(runId), handle };
    },
    async stop() {
      for (const { worker, running } of workers) {
        if (worker.getState() === 'RUNNING') worker.shutdown();
        await running;
      }
      await nativeConnection.close();
      await connection.close();
      await remove();
    },
  };
}
