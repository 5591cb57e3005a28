import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { limitsOf } from '../../src/agents/limits-of.ts';
import { workflowIdOf } from '../../src/contracts/names.ts';
import type { AgentOutcome } from '../../src/contracts/run.ts';
import type { RunStart, RunState } from '../../src/contracts/run-start.ts';
import { buyer } from './buyer.ts';
import { startCountingBank } from './counting-bank.ts';
import { newStoreFolder, openStoresAt } from './open-test-stores.ts';
import { randomOf } from './random-of.ts';
import { spawnBuyerWorker } from './spawn-worker.ts';
import { outcomeOf } from './test-run.ts';

/** When the worker is killed, in milliseconds after the runs of a round were asked for. */
const KILL_AT_MS = 4_000;

/** When the call is made, in milliseconds around the kill: ranges that put the kill after, into and before the call. */
const WAITS = [
  [-1_500, -1_000],
  [-200, -80],
  [50, 300],
] as const;

/** How long a charge takes, in milliseconds: a busy machine makes calls late, and some must be under way at the kill. */
const BANK_MS = 300;

export type Killed = {
  seed: number;
  /** Whether the tool has no way to find out. */
  blind: boolean;
  /** Where the kill hit: the call had not begun, its outcome was not recorded, or its receipt was. */
  hit: 'before' | 'during' | 'after';
  outcome: AgentOutcome<{ receipt: string }>;
  /** Receipts of the charges that were really made for this agent. */
  charged: string[];
};

function inputOf(seed: number, killAt = 0) {
  const [from, to] = WAITS[seed % WAITS.length] ?? WAITS[0];
  const blind = randomOf(seed + 1_000_000) < 0.4;
  return { cents: seed + 1, blind, call_at: Math.round(killAt + from + (to - from) * randomOf(seed)), after_ms: 2_500 };
}

/**
 * Kills a worker process with -9 while agents of it call a tool whose effect must not happen twice, once for each
 * `perKill` seeds, and says for each what came of it.
 */
export async function killDuringEffects({ address, codePath, seeds, perKill }: SoakOptions): Promise<Killed[]> {
  const bank = await startCountingBank({ delayMs: BANK_MS });
  const { path: storePath, remove } = newStoreFolder();
  const stores = await openStoresAt(storePath);
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const taskQueue = `kill-${randomUUID()}`;
  const spawned = () => spawnBuyerWorker({ address, taskQueue, codePath, storePath, bankUrl: bank.url });
  const agent = buyer({ url: bank.url });

  async function start(seed: number, killAt: number): Promise<{ seed: number; handle: WorkflowHandle }> {
    const runId = randomUUID();
    const context = { user_id: 'u1', thread_id: 't1', run_id: runId, request_id: runId, metadata: {} };
    const input = { agent: agent.name, input: inputOf(seed, killAt) };
    const args: [RunStart] = [{ context, input, limits: { buyer: limitsOf(agent) }, timeout_ms: 60_000 }];
    const workflowId = workflowIdOf({ workflow: 'runAgent', userId: 'u1', runId });
    return { seed, handle: await client.workflow.start('runAgent', { workflowId, taskQueue, args }) };
  }

  async function untilBegun(handle: WorkflowHandle) {
    for (;;) {
      const { raw } = await handle.describe();
      if (raw.pendingActivities?.some(({ lastStartedTime }) => lastStartedTime)) return;
      await setTimeout(10);
    }
  }

  /** Outcome of a run. What only a person can tell is answered by giving up, so that nothing is called again. */
  async function answered(handle: WorkflowHandle) {
    for (;;) {
      const { status } = await handle.describe();
      const [question] = status.name === 'RUNNING' ? (await handle.query<RunState>('state')).approvals : [];
      if (question) await handle.signal('decide', { approval_id: question.approval_id, decision: 'stop', by: 'ann' });
      if (question || status.name !== 'RUNNING') return outcomeOf<AgentOutcome<{ receipt: string }>>(handle);
      await setTimeout(250);
    }
  }

  async function hitOf({ workflowId }: WorkflowHandle): Promise<Killed['hit']> {
    const [entry] = await stores.effects.list({ workflowId });
    return !entry ? 'before' : entry.state === 'unknown' ? 'during' : 'after';
  }

  const killed: Killed[] = [];
  let worker = await spawned();
  try {
    for (let from = 0; from < seeds.length; from += perKill) {
      const killAt = Date.now() + KILL_AT_MS;
      const runs = await Promise.all(seeds.slice(from, from + perKill).map((seed) => start(seed, killAt)));
      await Promise.all(runs.map(({ handle }) => untilBegun(handle)));
      await setTimeout(Math.max(0, killAt - Date.now()));
      await worker.kill();
      const hits = await Promise.all(runs.map(({ handle }) => hitOf(handle)));
      worker = await spawned();
      const outcomes = await Promise.all(runs.map(({ handle }) => answered(handle)));
      runs.forEach(({ seed }, i) => {
        const { cents, blind } = inputOf(seed);
        const charged = bank.charges.filter((charge) => charge.cents === cents).map(({ receipt }) => receipt);
        const outcome = outcomes[i]?.result as Killed['outcome'];
        killed.push({ seed, blind, hit: hits[i] as Killed['hit'], outcome, charged });
      });
    }
    return killed;
  } finally {
    await worker.kill();
    await stores.close();
    await connection.close();
    await bank.stop();
    remove();
  }
}

type SoakOptions = {
  address: string;
  /** Prebuilt bundle of the tests' workflows. */
  codePath: string;
  seeds: number[];
  perKill: number;
};

/** What is wrong with one of them; undefined if it kept the promise. */
export function faultOf({ blind, hit, outcome, charged }: Killed): string | undefined {
  if (charged.length > 1) return `charged ${charged.length} times`;
  const { success, result, error } = outcome;
  if (success) return result?.receipt === charged[0] ? undefined : `has ${result?.receipt}, was charged ${charged[0]}`;
  if (error?.type !== 'EffectUnknown') return `failed as ${error?.type}: ${error?.message}`;
  if (!blind) return 'gave up though its tool can tell what happened';
  return hit === 'during' ? undefined : `gave up though the worker died ${hit} the call`;
}
