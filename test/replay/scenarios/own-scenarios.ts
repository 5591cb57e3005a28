import app from '../own/app.ts';
import type { Scenario } from '../scenario.ts';

export const ownScenarios: Scenario[] = [
  {
    name: 'own-saga-undone',
    workflow: 'errand',
    own: true,
    agents: app.agents,
    input: { sku: 'map' },
    async act(handle, until) {
      await until(({ type }) => type === 'approval_requested');
      await handle.signal('decide', { approval_id: 'price', decision: 'yes', by: 'u1' });
    },
    status: 'completed',
  },
  {
    name: 'own-failure-ignored',
    workflow: 'forgetful',
    own: true,
    agents: app.agents,
    input: { sku: 'map' },
    status: 'failed',
  },
];

const crowd = { workflow: 'crowd', own: true, large: true, agents: app.agents, input: { times: 1_800 } };

/** The first was recorded when all agents were scheduled at once, which code of today does for such a history alone. */
export const largeScenarios: Scenario[] = [
  { ...crowd, name: 'own-crowd-at-once', status: 'completed' },
  { ...crowd, name: 'own-crowd-in-turns', status: 'completed' },
];
