import { mkdtempSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import type { AnyAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { connect, type BatonClient, type StartOptions } from '../../src/client.ts';
import type { BatonEvent } from '../../src/contracts/event.ts';
import type { AgentOutcome } from '../../src/contracts/run.ts';
import { openStore } from '../../src/notifier/open-store.ts';
import { createWorker } from '../../src/worker.ts';
import { shared } from './test-run.ts';

type Options = { agents: readonly AnyAgent[]; shutdownGraceMs?: number; maxConcurrentAgents?: number };

/** Everything the product consists of but its mains: a store of its own, workers, and a client for each user. */
export async function openStage({ agents, shutdownGraceMs, maxConcurrentAgents }: Options) {
  const { address, namespace, workflowBundle } = shared();
  const taskQueue = `stage-${randomUUID()}`;
  const dataDir = mkdtempSync(join(tmpdir(), 'baton-stage-'));
  const store = await openStore({ url: `sqlite:${join(dataDir, 'events.sqlite')}` });
  const { log, effects, leases } = store;
  const app = defineApp({ agents });
  const where = { namespace, taskQueue, workflowBundle };
  const stops: (() => Promise<void>)[] = [];
  const clients = new Map<string, Promise<BatonClient>>();

  async function addWorker() {
    // Two workers of one connection may not poll the same queue.
    const connection = await NativeConnection.connect({ address });
    const limits = { shutdownGraceMs, maxConcurrentAgents };
    const worker = await createWorker({ connection, app, notifier: log, effects, leases, ...where, ...limits });
    const running = worker.run();
    async function stopOnce() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
      await connection.close();
    }
    let stopped: Promise<void> | undefined;
    const stop = () => (stopped ??= stopOnce());
    stops.push(stop);
    return { stop };
  }

  function clientOf(user: string): Promise<BatonClient> {
    const client = clients.get(user) ?? connect({ user, app, address, namespace, dataDir, taskQueue });
    clients.set(user, client);
    return client;
  }

  const first = await addWorker();
  const feed = (user: string, runId?: string) => log.read({ userId: user, runId, after: 0, limit: 10_000 });

  /** Runs one agent to its outcome. The clock runs from the starting call to the outcome in hand. */
  async function run(user: string, agent: string, input: object = {}, options: StartOptions = {}) {
    const client = await clientOf(user);
    const startedAt = performance.now();
    const handle = await client.start('runAgent', { agent, input }, options);
    const ended = await handle.result();
    const wall_ms = performance.now() - startedAt;
    const outcome = ended.result as AgentOutcome<Record<string, unknown>>;
    const all = await feed(user, handle.runId);
    return { handle, run: ended, outcome, wall_ms, all, events: ofAgents(all) };
  }

  /** The first run of a worker loads its workflow code; scenarios are measured warm. */
  await run('warm_up', agents[0]?.name ?? '');

  async function stop() {
    await Promise.all(stops.map((stopWorker) => stopWorker()));
    for (const client of clients.values()) await (await client).close();
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  }

  return { clientOf, run, feed, openRuns: () => log.openRuns(), addWorker, firstWorker: first, taskQueue, stop };
}

/** Events of agents; those of the run itself frame them. */
export const ofAgents = (events: readonly BatonEvent[]) => events.filter(({ agent_run }) => agent_run !== null);
export const types = (events: readonly BatonEvent[]) => events.map(({ type }) => type);
export const at = ({ at: time }: BatonEvent) => Date.parse(time);
