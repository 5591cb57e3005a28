import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { connect } from '../../src/client.ts';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { openStore } from '../../src/notifier/open-store.ts';
import { startTestServer } from '../../src/testing/start-test-server.ts';
import { createWorker } from '../../src/worker.ts';
import { createBooker } from './booker.ts';
import { shared } from './test-run.ts';

/** A log whose Temporal is a server of its own, and the shared server as the stranger, with the app of `createBooker`. */
export async function startTwoTemporals() {
  const { booker, did, letGo } = createBooker();
  const quick = defineAgent({
    name: 'quick',
    local: true,
    input: z.object({ what: z.string() }),
    output: z.object({ said: z.string() }),
    run: async ({ what }) => ({ said: what }),
  });
  const app = defineApp({ agents: [booker, quick] });
  const taskQueue = `two-${randomUUID()}`;
  const dataDir = await mkdtemp(join(tmpdir(), 'baton-two-'));
  const own = await startTestServer();
  const store = await openStore({ url: `sqlite:${join(dataDir, 'events.sqlite')}` });
  const undo: (() => Promise<unknown>)[] = [() => own.stop(), () => store.close()];

  /** A worker in this process on one of the two, or on a way to them. `failed` says why it ended by itself. */
  async function work(address: string) {
    const connection = await NativeConnection.connect({ address });
    const { log: notifier, effects, leases, binding } = store;
    const { namespace, workflowBundle } = shared();
    const stores = { notifier, effects, leases, binding };
    const options = { connection, namespace, app, ...stores, taskQueue, workflowBundle };
    const worker = await createWorker({ ...options, debugMode: true });
    const running = worker.run();
    const at: { failed?: unknown } = {};
    running.catch((error: unknown) => (at.failed = error));
    undo.push(async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running.catch(() => undefined);
      await connection.close();
    });
    return at;
  }

  async function clientOf(user: string, address = own.address) {
    const baton = await connect({ user, app, address, dataDir, taskQueue });
    undo.push(() => baton.close());
    return baton;
  }

  /** A run whose queue nobody polls, and its client. */
  async function idle(user: string, address = own.address) {
    const baton = await connect({ user, app, address, dataDir, taskQueue: `idle-${randomUUID()}` });
    undo.push(() => baton.close());
    return { baton, run: await baton.start('runAgent', { agent: 'booker', input: { what: 'nothing' } }) };
  }

  return {
    app,
    idle,
    dataDir,
    taskQueue,
    store,
    did,
    own: own.address,
    stranger: shared().address,
    letGo,
    work,
    clientOf,
    /** The user's events up to the first of one of these types; of a run without any, what came in 20 seconds. */
    async until(user: string, types: string[]): Promise<BatonEvent[]> {
      const seen: BatonEvent[] = [];
      for await (const event of store.log.follow({ userId: user, after: 0, signal: AbortSignal.timeout(20_000) })) {
        seen.push(event);
        if (types.includes(event.type)) break;
      }
      return seen;
    },
    async stop() {
      for (const each of undo.toReversed()) await each();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
