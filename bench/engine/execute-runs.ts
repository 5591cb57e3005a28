import { randomUUID } from 'node:crypto';
import type { WorkflowClient } from '@temporalio/client';
import { limitsOf } from '../../src/agents/limits-of.ts';
import type { RunStart } from '../../src/contracts/run-start.ts';
import { idleAgents } from '../overhead/agents.ts';

export type Kind = 'baton' | 'byHand';

const limits = Object.fromEntries(idleAgents(0).map((agent) => [agent.name, limitsOf(agent)]));

/** Runs the five idle agents once, by Baton or by the workflow written by hand, and waits for the end. */
export async function executeRun(client: WorkflowClient, kind: Kind): Promise<void> {
  const run_id = randomUUID();
  const context = { user_id: 'bench', thread_id: run_id, run_id, request_id: run_id, metadata: {} };
  const start: RunStart = { context, input: {}, limits, timeout_ms: 60_000 };
  const workflowId = `${kind}/bench/${run_id}`;
  if (kind === 'baton') await client.execute('costOptimization', { args: [start], taskQueue: 'baton-0', workflowId });
  else await client.execute('byHand', { args: [{ run_id }], taskQueue: 'by-hand-0', workflowId });
}

/** Runs so many of them, so many at once; gives the seconds it took. */
export async function executeRuns(
  client: WorkflowClient,
  { kind, runs, concurrent }: { kind: Kind; runs: number; concurrent: number },
): Promise<number> {
  let left = runs;
  async function lane() {
    while (left > 0) {
      left -= 1;
      await executeRun(client, kind);
    }
  }
  const from = performance.now();
  await Promise.all(Array.from({ length: concurrent }, lane));
  return (performance.now() - from) / 1_000;
}
