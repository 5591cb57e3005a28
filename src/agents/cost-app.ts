import { join } from 'node:path';
import { asTheyAre, type OpenFiles } from '../tools/with-opened-files.ts';
import { actions } from './actions.ts';
import { dataHelper } from './data-helper.ts';
import { defineApp } from './define-app.ts';
import { optimization } from './optimization.ts';
import { reporting } from './reporting.ts';
import { triage } from './triage.ts';

type Options = {
  dataDir: string;
  /** How usage files are opened that are kept encrypted. @default none is */
  open?: OpenFiles;
};

/** The agents of `costOptimization`. Ledgers are written to `ledgers` in the data folder. */
export function costApp({ dataDir, open = asTheyAre }: Options) {
  return defineApp({
    agents: [
      triage({ open }),
      dataHelper({ dir: join(dataDir, 'ledgers'), open }),
      optimization,
      actions,
      reporting({ dir: join(dataDir, 'reports') }),
    ],
  });
}

/** The agents as a type, for the workflow that calls them. */
export type CostAgents = ReturnType<typeof costApp>['agents'];
