import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { AnyAgent } from '../../src/agents/define-agent.ts';
import type { BatonEvent } from '../../src/contracts/event.ts';
import type { Notifier } from '../../src/notifier/notifier.ts';
import type { Store } from '../../src/notifier/open-store.ts';
import { startReconciler } from '../../src/reconciler/start-reconciler.ts';
import { openTestStores } from './open-test-stores.ts';
import { shared, startTestWorker } from './test-run.ts';

/** A worker for some agents on a real log, and a reconciler that looks after its runs five times a second. */
export async function startReconciledWorker({
  agents,
  lostAfter,
  dataConverter,
  reads,
  notifier = ({ log }) => log,
}: {
  agents: readonly AnyAgent[];
  lostAfter?: { answers: number; everyMs: number };
  /** How the worker keeps payloads. @default as they are */
  dataConverter?: DataConverter;
  /** How the reconciler reads them. @default as they are */
  reads?: DataConverter;
  /** What stands between the worker and the stores. @default nothing */
  notifier?: (stores: Pick<Store, 'log' | 'leases'>) => Notifier;
}) {
  const stores = await openTestStores();
  const worker = await startTestWorker({ agents, notifier: notifier(stores), dataConverter });
  const { address, namespace } = shared();
  const connection = await Connection.connect({ address });
  const { workflow: client } = new Client({ connection, namespace, dataConverter: reads });
  const { effects, taskQueue } = worker;
  const stopReconciler = startReconciler({ ...stores, effects, client, everyMs: 200, taskQueue, lostAfter });
  return {
    stores,
    worker,
    client,
    /** The user's events up to the first that matches; throws when none has come in 25 seconds. */
    async until(userId: string, matches: (event: BatonEvent) => boolean): Promise<BatonEvent[]> {
      const seen: BatonEvent[] = [];
      for await (const event of stores.log.follow({ userId, after: 0, signal: AbortSignal.timeout(25_000) })) {
        seen.push(event);
        if (matches(event)) return seen;
      }
      throw new Error(`no such event came: ${seen.map(({ type }) => type).join(', ')}`);
    },
    async stop() {
      await stopReconciler();
      await worker.stop();
      await connection.close();
      await stores.remove();
    },
  };
}
