import { join } from 'node:path';
import { actions } from './actions.ts';
import { dataHelper } from './data-helper.ts';
import { defineApp } from './define-app.ts';
import { optimization } from './optimization.ts';
import { reporting } from './reporting.ts';
import { triage } from './triage.ts';

/** The agents of `costOptimization`. Ledgers are written to `ledgers` in the data folder. */
export function costApp({ dataDir }: { dataDir: string }) {
  return defineApp({
    agents: [
      triage,
      dataHelper({ dir: join(dataDir, 'ledgers') }),
      optimization,
      actions,
      reporting({ dir: join(dataDir, 'reports') }),
    ],
  });
}

/** The agents as a type, for the workflow that calls them. */
export type CostAgents = ReturnType<typeof costApp>['agents'];
