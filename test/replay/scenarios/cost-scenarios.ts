import { costApp } from '../../../src/agents/cost-app.ts';
import type { AnyAgent } from '../../../src/agents/define-agent.ts';
import { BatonError } from '../../../src/contracts/baton-error.ts';
import type { Scenario } from '../scenario.ts';

/** Relative paths: a history must not tell of the machine that recorded it. The recorder works in its own folder. */
const { agents } = costApp({ dataDir: 'data' });
const input = { files: ['azure.csv'], model: 'claude-sonnet-4-5', stated_monthly_usd: 45_000 };

/** The five agents, one of them behaving otherwise. */
function agentsWith(name: string, change: (agent: AnyAgent) => AnyAgent): AnyAgent[] {
  return agents.map((agent: AnyAgent) => (agent.name === name ? change(agent) : agent));
}

const failsOnce = agentsWith('data_helper', (agent) => ({
  ...agent,
  run(given, ctx) {
    if (ctx.attempt === 1) throw new BatonError('NetworkError', 'the store was out of reach');
    return agent.run(given, ctx);
  },
}));

const waits = agentsWith('optimization', (agent) => ({
  ...agent,
  async run(_given, { signal }) {
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  },
}));

const cost = { workflow: 'costOptimization', agents, input, status: 'completed' };

export const costScenarios: Scenario[] = [
  { ...cost, name: 'cost-completed' },
  { ...cost, name: 'cost-insufficient-data', input: { request: 'We spend $45k a month' }, status: 'insufficient_data' },
  { ...cost, name: 'cost-agent-retried', agents: failsOnce },
  {
    ...cost,
    name: 'cost-cancelled',
    agents: waits,
    async act(handle, until) {
      await until(({ type, agent }) => type === 'agent_started' && agent === 'optimization');
      await handle.cancel();
    },
    status: 'cancelled',
  },
  {
    ...cost,
    name: 'cost-approved',
    input: { ...input, require_approval: true },
    async act(handle, until) {
      await until(({ type }) => type === 'approval_requested');
      await handle.signal('decide', { approval_id: 'plan', decision: 'approve', by: 'u1' });
    },
  },
  {
    ...cost,
    name: 'cost-reminded',
    input: { ...input, require_approval: true, approval_timeout_ms: 700, approval_reminder_ms: 300 },
    status: 'failed',
  },
  {
    ...cost,
    name: 'cost-paused',
    input: { ...input, require_approval: true },
    async act(handle, until) {
      await until(({ type }) => type === 'approval_requested');
      await handle.executeUpdate('pause', { args: [{ by: 'ops' }] });
      await handle.executeUpdate('decide', { args: [{ approval_id: 'plan', decision: 'approve', by: 'u1' }] });
      await handle.executeUpdate('resume', { args: [{ by: 'ops' }] });
    },
  },
];
