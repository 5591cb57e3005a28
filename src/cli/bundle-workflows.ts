import type { Logger, WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { App } from '../agents/define-app.ts';

type Options = { app: App; logger: Logger };

/** The workflows of a worker, bundled apart from it: that takes seconds, in which its server may start. */
export async function bundleWorkflows({ app, logger }: Options): Promise<WorkflowBundleWithSourceMap> {
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const { WORKFLOWS_PATH } = await import('../worker.ts');
  const { withWorkflowEntry } = await import('../workflow-entry.ts');
  // The bundler by itself takes at its top what a worker takes as `bundlerOptions`.
  return withWorkflowEntry({ shipped: WORKFLOWS_PATH, own: app.workflows }, ({ workflowsPath, bundlerOptions }) =>
    bundleWorkflowCode({ workflowsPath, ...bundlerOptions, logger }),
  );
}
