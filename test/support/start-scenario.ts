import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, type Worker } from '@temporalio/worker';
import type { AnyAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { connect, type BatonClient, type StartOptions } from '../../src/client.ts';
import { openFeedSource } from '../../src/client/feed-source.ts';
import type { BatonEvent } from '../../src/contracts/event.ts';
import type { PlanResult, RunPlanInput } from '../../src/contracts/plan.ts';
import type { AgentOutcome, RunOutcome } from '../../src/contracts/run.ts';
import { createWorker } from '../../src/worker.ts';
import { activityHistory, type ActivityRecord } from './activity-history.ts';
import { newStoreFolder, openStoresAt } from './open-test-stores.ts';
import { shared } from './test-run.ts';

type Options = {
  agents: readonly AnyAgent[];
  maxConcurrentAgents?: number;
  shutdownGraceMs?: number;
  /** How many agents may work at once for one user. */
  userConcurrency?: number;
};

/** What a run came to, and how to ask Temporal and the feed about it. */
export type Ended<Result> = {
  outcome: RunOutcome<Result>;
  user: string;
  runId: string;
  workflowId: string;
  /** From the starting call to the outcome in hand. */
  wallMs: number;
};

/**
 * An application in small: a real worker with the store that the runs' users read, and a client for each user. Other
 * processes may open the store at `storePath`.
 */
export async function startScenario({ agents, maxConcurrentAgents, shutdownGraceMs, userConcurrency }: Options) {
  const { address, namespace, workflowBundle } = shared();
  const taskQueue = `scenario-${randomUUID()}`;
  const folder = newStoreFolder();
  const store = await openStoresAt(folder.path);
  const feed = await openFeedSource({ storeUrl: `sqlite:${folder.path}`, fsync: 'normal' });
  const connection = await Connection.connect({ address });
  const temporal = new Client({ connection, namespace });
  const app = defineApp({ agents });
  const clients = new Map<string, Promise<BatonClient>>();
  const workers: { worker: Worker; native: NativeConnection; running: Promise<void> }[] = [];

  async function addWorker(own: readonly AnyAgent[] = agents) {
    // Two workers of one connection may not poll the same queue.
    const native = await NativeConnection.connect({ address });
    const { log: notifier, effects, leases, decisions } = store;
    const stores = { notifier, effects, leases, decisions };
    const limits = { maxConcurrentAgents, shutdownGraceMs };
    const options = { namespace, taskQueue, workflowBundle, ...limits, dataConverter: {}, ...stores };
    const worker = await createWorker({ connection: native, app: defineApp({ agents: own }), ...options });
    const running = worker.run();
    workers.push({ worker, native, running });
    return worker;
  }
  await addWorker();

  function clientOf(user: string): Promise<BatonClient> {
    const known = clients.get(user);
    if (known) return known;
    const client = connect({
      user,
      app,
      address,
      namespace,
      taskQueue,
      shared: { connection, feed, dataConverter: {}, userConcurrency },
    });
    clients.set(user, client);
    return client;
  }

  async function start(user: string, workflow: 'runAgent' | 'runPlan', input: object, options: StartOptions = {}) {
    const client = await clientOf(user);
    return client.start(workflow, input as never, options);
  }

  async function run<Result>(...args: Parameters<typeof start>): Promise<Ended<Result>> {
    const [user] = args;
    await clientOf(user);
    const began = performance.now();
    const handle = await start(...args);
    const outcome = (await handle.result()) as RunOutcome<Result>;
    const wallMs = Math.round(performance.now() - began);
    return { outcome, user, runId: handle.runId, workflowId: handle.workflowId, wallMs };
  }

  return {
    address,
    taskQueue,
    storePath: folder.path,
    log: store.log,
    leases: store.leases,
    addWorker,
    /** Tells the workers of this process to end what they do and to take nothing new. */
    leave() {
      for (const { worker } of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    },
    clientOf,
    start,
    runAgent: (user: string, agent: string, input: object = {}, options?: StartOptions) =>
      run<AgentOutcome>(user, 'runAgent', { agent, input }, options),
    runPlan: (user: string, plan: RunPlanInput, options?: StartOptions) =>
      run<PlanResult>(user, 'runPlan', plan, options),
    /** Everything the user's feed holds, or what it holds of one run. */
    feedOf: (userId: string, runId?: string): Promise<BatonEvent[]> =>
      store.log.read({ userId, runId, after: 0, limit: 100_000 }),
    /** The agents of a run as Temporal recorded them. */
    async ranIn({ workflowId }: { workflowId: string }): Promise<ActivityRecord[]> {
      return activityHistory(temporal.workflow.getHandle(workflowId));
    },
    async stop() {
      for (const { worker, native, running } of workers) {
        if (worker.getState() === 'RUNNING') worker.shutdown();
        await running;
        await native.close();
      }
      for (const client of clients.values()) await (await client).close();
      await feed.close();
      await connection.close();
      await store.close();
      folder.remove();
    },
  };
}

export type Scenario = Awaited<ReturnType<typeof startScenario>>;
