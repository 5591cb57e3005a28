import type { WorkflowBundle } from '@temporalio/worker';
import type { App } from '../agents/define-app.ts';
import { WORKFLOWS_PATH } from '../worker.ts';
import { withWorkflowEntry } from '../workflow-entry.ts';
import { bundleForReplay } from './bundle-for-replay.ts';

/** The workflows of a worker of this app, for a replay. */
export function bundleApp({ workflows }: Pick<App, 'workflows'>): Promise<WorkflowBundle> {
  // The bundler by itself takes at its top what a worker takes as `bundlerOptions`.
  return withWorkflowEntry({ shipped: WORKFLOWS_PATH, own: workflows }, ({ workflowsPath, bundlerOptions }) =>
    bundleForReplay({ workflowsPath, ...bundlerOptions }),
  );
}
