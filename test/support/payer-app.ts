import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { connect } from '../../src/client.ts';
import { openStore } from '../../src/notifier/open-store.ts';
import { withOutbox } from '../../src/notifier/outbox.ts';
import { definePlan } from '../../src/plans/define-plan.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { createWorker } from '../../src/worker.ts';
import { shared } from './test-run.ts';

/** A moment that agents of this process wait for. */
function newGate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve() };
}

/**
 * Agents that pay once, on a bank of this process that counts, with what a test does before and after a payment. The
 * store is that of `url`, or a file in the folder that `path` names.
 */
export async function startPayers({ url }: { url?: string } = {}) {
  const { address, namespace, workflowBundle } = shared();
  const dataDir = await mkdtemp(join(tmpdir(), 'baton-payers-'));
  const path = join(dataDir, 'events.sqlite');
  const taskQueue = `payers-${randomUUID()}`;
  const paid: { who: string; key: string }[] = [];
  const asked: string[] = [];
  const begun: string[] = [];
  const unanswered = new Set<string>();
  let before = newGate();
  let failing: ((who: string) => Promise<unknown>) | undefined;

  const pay = defineTool({
    name: 'pay',
    effect: 'once',
    timeoutMs: 200,
    input: z.object({ who: z.string() }),
    output: z.object({ receipt: z.string() }),
    run({ who }, { idempotencyKey: key }) {
      // Of these nobody can say what became of their first call.
      if (who.startsWith('blind') && !unanswered.has(who)) {
        unanswered.add(who);
        throw new Error('no answer came');
      }
      paid.push({ who, key });
      return { receipt: `paid ${who}` };
    },
    reconcile({ who }, { idempotencyKey }) {
      asked.push(who);
      if (who.startsWith('blind')) return 'unknown';
      return paid.some(({ key }) => key === idempotencyKey) ? { done: { receipt: `paid ${who}` } } : 'not_done';
    },
    compensate: () => undefined,
  });
  const payer = defineAgent({
    name: 'payer',
    input: z.object({ who: z.string() }),
    output: z.object({ receipt: z.string() }),
    tools: { pay },
    retry: { maxAttempts: 2, initialIntervalMs: 20 },
    async run({ who }, { tools, attempt, signal }) {
      begun.push(who);
      const stopped = new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('stopped'))),
      );
      await Promise.race([before.opened, stopped]);
      if (who.startsWith('early') && attempt === 1) throw new Error('before it paid');
      const receipt = await tools.pay({ who });
      if (attempt === 1) await (who.startsWith('held') ? stopped : failing?.(who));
      return receipt;
    },
  });
  const breaker = defineAgent({
    name: 'breaker',
    input: z.unknown(),
    output: z.object({}),
    retry: { maxAttempts: 1 },
    async run() {
      await failing?.('breaker');
      throw new Error('it breaks');
    },
  });
  const payThenBreak = definePlan({ name: 'pay_then_break', input: z.object({ who: z.string() }) }, (p) => {
    const first = p.step('pay', payer, { who: p.input.who });
    p.step('break', breaker, {}, { needs: [first] });
  });
  const app = defineApp({ agents: [payer, breaker], plans: [payThenBreak] });

  /** A worker, and a client of one user, on the store as it is now. */
  async function open() {
    const store = await openStore({ url: url ?? `sqlite:${path}` });
    const connection = await NativeConnection.connect({ address });
    const temporalConnection = await Connection.connect({ address });
    const notifier = withOutbox(store.log, { folder: join(dataDir, 'outbox') });
    const { effects, leases } = store;
    const own = { notifier, effects, leases, workflowBundle, taskQueue, shutdownGraceMs: 10, debugMode: true };
    const worker = await createWorker({ connection, namespace, app, ...own });
    const running = worker.run();
    const earlier = process.env.BATON_LOG;
    if (url) process.env.BATON_LOG = url;
    const client = await connect({ user: 'ann', app, address, namespace, dataDir, taskQueue });
    if (earlier === undefined) delete process.env.BATON_LOG;
    else process.env.BATON_LOG = earlier;
    return {
      temporal: new Client({ connection: temporalConnection, namespace }),
      start: (who: string) => client.start('runAgent', { agent: 'payer', input: { who } }),
      startPlan: (who: string) => client.start(payThenBreak, { who }),
      async close() {
        await client.close();
        worker.shutdown();
        await running;
        await notifier.close();
        await store.close();
        await connection.close();
        await temporalConnection.close();
      },
    };
  }

  return {
    path,
    /** Whom the bank was paid by, each time; whom a tool asked for; which agents ran. */
    paid,
    asked,
    begun,
    payments: () => paid.map(({ who }) => who).sort(),
    open,
    /** Holds the agents before they pay, until it is opened. */
    hold: () => (before = newGate()),
    openGate: () => before.open(),
    /** What happens after a first payment, or before the breaker breaks. */
    afterwards: (what: typeof failing) => void (failing = what),
    remove: () => rm(dataDir, { recursive: true, force: true }),
  };
}
