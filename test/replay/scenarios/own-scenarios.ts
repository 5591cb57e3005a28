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
];
