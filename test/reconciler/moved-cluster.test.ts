import { afterAll, beforeAll, expect } from '@jest/globals';
import type { TemporalBinding } from '../../src/notifier/temporal-binding.ts';
import { callBaton } from '../cli/call-baton.ts';
import { faultTest } from '../support/fault-test.ts';
import { gatedAgents } from '../support/gated-agents.ts';
import { startReconciledWorker } from '../support/reconciled-worker.ts';
import { shared } from '../support/test-run.ts';
import { until } from '../support/until.ts';

const { agents } = gatedAgents();
let at: Awaited<ReturnType<typeof startReconciledWorker>>;
beforeAll(async () => {
  at = await startReconciledWorker({ agents });
});
afterAll(() => at.stop());

async function working(userId: string) {
  const started = await at.worker.start('runAgent', { agent: 'gated', input: { name: userId } }, { userId });
  await at.until(userId, ({ type }) => type === 'agent_thinking');
  return started;
}

faultTest(
  'where the namespace is in another cluster than recorded, no run is ended from outside until an operator confirms it',
  {
    kind: 1,
    before: 'A log did not know which Temporal it belonged to: whatever any cluster answered was taken for the truth.',
    timeoutMs: 60_000,
  },
  async () => {
    const { binding, decisions, log } = at.stores;
    const bound = await until(
      async () => binding?.read(),
      (record) => record !== undefined || binding === undefined,
    );
    expect(bound).toBeDefined();
    // As after a failover of a replicated namespace.
    const from = bound?.current as TemporalBinding;
    await binding.rebind({ from, to: { ...from, clusterId: 'elsewhere', at: new Date().toISOString() } });
    const closed = await working('ann');
    const open = await working('ben');
    await closed.handle.terminate('enough');
    const { closeTime } = await closed.handle.describe();
    // A decision is sent at the end of a round: once it was sent, the closed run has been looked at, long after its end.
    await until(
      async () => Date.now(),
      (now) => now > (closeTime?.getTime() ?? now) + 700,
    );
    const decided = {
      approvalId: 'a',
      decision: 'approve',
      by: 'ben',
      at: new Date(Date.now() - 60_000).toISOString(),
    };
    await decisions.decide({ workflowId: open.workflowId, userId: 'ben', ...decided });
    await until(
      () => decisions.undelivered(),
      ({ length }) => length === 0,
    );
    const told = await log.read({ userId: 'ann', after: 0, limit: 100 });
    expect(told.map(({ type }) => type)).not.toContain('run_failed');

    const env = { TEMPORAL_ADDRESS: shared().address, BATON_LOG: `sqlite:${binding.place}` };
    const { stdout } = await callBaton(['doctor', '--rebind', '--json'], { dataDir: `${binding.place}.d`, env });
    expect(stdout).toMatch(/bound to .*, before .*; 0 open runs are lost/);
    await at.until('ann', ({ type }) => type === 'run_failed');
    await open.handle.terminate();
    return 'The end of a terminated run waits until `baton doctor --rebind` has confirmed the cluster.';
  },
);
