import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, type WorkflowBundleOption } from '@temporalio/worker';
import type { AnyAgent } from '../agents/define-agent.ts';
import type { App } from '../agents/define-app.ts';
import { undoList, WORKER_END_MS } from '../cli/undo-list.ts';
import { connect, type BatonClient, type RunHandle, type StartOptions } from '../client.ts';
import { callInterceptors } from '../client/call-deadline.ts';
import { openFeedSource } from '../client/feed-source.ts';
import { channelArgs } from '../temporal/loopback.ts';
import type { BatonEvent } from '../contracts/event.ts';
import { checkGiven } from '../contracts/number-fault.ts';
import { optionsFault, type OptionNames } from '../contracts/option-names.ts';
import type { DecisionMessage } from '../contracts/run-messages.ts';
import { openStore } from '../notifier/open-store.ts';
import { createDataConverter } from '../payload/data-converter.ts';
import { createWorker } from '../worker.ts';
import { bundleOf } from './bundle-of.ts';
import { cannedApp, type CannedAgents } from './canned-app.ts';
import { finishRun, type FinishedRun, type FinishOptions } from './finish-run.ts';
import { quietRuntime } from '../runtime/ensure-runtime.ts';
import { recordHistory, writeHistory, type RecordedHistory } from './record-history.ts';
import { startRunnable, type InputOf, type Runnable, type RunResultOf } from './runnable.ts';
import { startTestServer } from './start-test-server.ts';
import { untilEvent } from './until-event.ts';

export type TestAppOptions<Agents extends readonly AnyAgent[] = readonly AnyAgent[]> = {
  /** What stands in for agents, by their names. @default the agents themselves */
  canned?: CannedAgents<Agents>;
  /** A Temporal server that is up, such as one of `startTestServer`. @default BATON_TEST_ADDRESS, else a server of its own */
  address?: string;
  /** Of the server at `address`. @default 'default' */
  namespace?: string;
  /** Whose runs these are, where a call does not say. @default 'tester' */
  user?: string;
  /** Workflows bundled beforehand. @default bundled now, once for each module of workflows in this process; takes seconds */
  workflowBundle?: WorkflowBundleOption;
};

/** Whose run, and how it is started. */
export type TestStartOptions = StartOptions & { user?: string };

const OPTIONS: OptionNames<TestAppOptions> = {
  canned: true,
  address: true,
  namespace: true,
  user: true,
  workflowBundle: true,
};

type KnownRun = Pick<RunHandle, 'runId' | 'workflowId'>;

/** An app that runs on a real Temporal server with a store of its own. `stop` it, or take it with `await using`. */
export type TestApp = {
  /**
   * Runs an agent, a plan or a workflow to its end. A run that failed is no exception: look at its `outcome`.
   *
   * @throws BatonError `InvalidInput` when the input is refused; Error with the feed so far when the run takes longer
   *   than `waitMs`, or asks what `answers` does not answer
   */
  run<What extends Runnable>(
    what: What,
    input: InputOf<What>,
    options?: TestStartOptions & FinishOptions,
  ): Promise<FinishedRun<What>>;
  /** Starts it and gives its handle, to pause it, cancel it, or decide in the midst of it. */
  start<What extends Runnable>(
    what: What,
    input: InputOf<What>,
    options?: TestStartOptions,
  ): Promise<RunHandle<RunResultOf<What>>>;
  /**
   * Waits for the end of a run that was started; a question that neither `answers` nor the test decides waits on.
   *
   * @throws Error with the feed so far when it takes longer than `waitMs`
   */
  finish(run: RunHandle, options?: FinishOptions): Promise<FinishedRun>;
  /**
   * Resolves with the first event of a run that matches, now or later.
   *
   * @throws Error with the feed so far when none has come within `waitMs` milliseconds (30000)
   */
  until(run: RunHandle, matches: (event: BatonEvent) => boolean, options?: { waitMs?: number }): Promise<BatonEvent>;
  /** Waits until the run asks, and decides as its user. `approvalId` is `approval-1` for the first question without an id. */
  decide(
    run: RunHandle,
    approvalId: string,
    decision: string,
    more?: Partial<DecisionMessage>,
  ): Promise<DecisionMessage>;
  /** All that a run has told so far. */
  events(run: KnownRun): Promise<BatonEvent[]>;
  /** History of a run's latest part, with all its payloads and without what names this machine, for `replay`. */
  history(run: KnownRun): Promise<RecordedHistory>;
  /** Writes it to a file, and beside it (`.feed.json`) what the run's user saw; a folder of such files is what `replay` takes. */
  exportHistory(run: KnownRun, file: string): Promise<void>;
  /** A client of this user, of whom each sees their own runs only. */
  client(user?: string): Promise<BatonClient>;
  /** Temporal's own client, for what is no part of Baton. */
  temporal: Client;
  taskQueue: string;
  /** Ends the worker, and the server if it is its own, and removes what they left. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * Brings an app up for a test: a worker on a real Temporal server, with a task queue and a store of its own. Nothing is
 * left of it after `stop`.
 *
 * @throws TypeError when `canned` names no agent of the app, or an option is unknown; BatonError `NetworkError` when there is no server
 */
export async function testApp<const Agents extends readonly AnyAgent[]>(
  given: App<Agents>,
  options: TestAppOptions<NoInfer<Agents>> = {},
): Promise<TestApp> {
  checkGiven('testApp: ', { 'its options': optionsFault(options, OPTIONS) });
  const { canned, namespace = 'default', user: defaultUser = 'tester' } = options;
  const app: App = canned ? cannedApp(given, canned) : given;
  quietRuntime();
  const undo = undoList();
  const undoing = <T>(made: T, end: (made: T) => void | Promise<void>): T => {
    undo.push('something the test app opened', () => end(made));
    return made;
  };

  async function open() {
    const folder = undoing(await mkdtemp(join(tmpdir(), 'baton-test-')), (path) => rm(path, { recursive: true }));
    const known = options.address ?? process.env.BATON_TEST_ADDRESS;
    const bundling = options.workflowBundle ?? bundleOf(app);
    const address = known || undoing(await startTestServer(), (server) => server.stop()).address;
    const workflowBundle = await bundling;
    const storeUrl = `sqlite:${join(folder, 'events.sqlite')}`;
    const dataConverter = createDataConverter({ storeUrl: `file:${join(folder, 'blobs')}`, keys: [] });
    const native = undoing(await NativeConnection.connect({ address }), (made) => made.close());
    const how = { address, interceptors: callInterceptors(), channelArgs: channelArgs(address) };
    const connection = undoing(await Connection.connect(how), (made) => made.close());
    const store = undoing(await openStore({ url: storeUrl }), (made) => made.close());
    const feed = undoing(await openFeedSource({ storeUrl, fsync: 'normal' }), (made) => made.close());
    const taskQueue = `baton-test-${randomUUID()}`;
    const { log: notifier, effects, leases, decisions } = store;
    const from = { namespace, app, taskQueue, dataConverter };
    const worker = await createWorker({
      connection: native,
      notifier,
      effects,
      leases,
      decisions,
      workflowBundle,
      ...from,
    });
    const running = worker.run();
    // Whoever stops it hears of a worker that broke; until then the failure must not end the process.
    running.catch(() => undefined);
    const endWorker = () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      return running;
    };
    undo.push("the test app's worker", endWorker, { withinMs: WORKER_END_MS });
    const temporal = new Client({ connection, namespace, dataConverter });
    return { ...from, temporal, feed, shared: { connection, feed, dataConverter } };
  }

  const opened = await open().catch(async (error: unknown) => {
    await undo.run();
    throw error;
  });
  const { taskQueue, temporal, feed, shared } = opened;
  const client = (user = defaultUser) => connect({ user, app, namespace, taskQueue, shared });

  async function start(what: Runnable, input: unknown, { user, ...more }: TestStartOptions = {}) {
    return startRunnable(await client(user), { what, input, options: more });
  }

  async function run(what: Runnable, input: unknown, given: TestStartOptions & FinishOptions = {}) {
    const { answers, waitMs, ...more } = given;
    const isAgent = typeof what === 'object' && !('plan' in what);
    return finishRun(await start(what, input, more), { answers, waitMs, isAgent, alone: true });
  }

  const history = (known: KnownRun) => recordHistory({ temporal, eventsOf: feed.events }, known);

  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= undo.run());
  return {
    run: run as TestApp['run'],
    start: start as TestApp['start'],
    finish: (handle, finishOptions) => finishRun(handle, { ...finishOptions, isAgent: false, alone: false }),
    until: untilEvent,
    async decide(handle, approvalId, decision, more) {
      await untilEvent(
        handle,
        (event) => event.type === 'approval_requested' && event.payload.approval_id === approvalId,
      );
      return handle.decide({ ...more, approval_id: approvalId, decision });
    },
    async events({ runId, workflowId }) {
      const userId = decodeURIComponent(workflowId.split('/')[1] ?? '');
      const told: BatonEvent[] = [];
      for await (const event of feed.events({ userId, runId })) told.push(event);
      return told;
    },
    history,
    exportHistory: async (known, file) => writeHistory(await history(known), file),
    client,
    temporal,
    taskQueue,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
