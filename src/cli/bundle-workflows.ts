import type { Logger, WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { App } from '../agents/define-app.ts';

type Options = { app: App; logger: Logger };

/** The workflows of a worker, bundled apart from it: that takes seconds, in which its server may start. */
export async function bundleWorkflows({ app, logger }: Options): Promise<WorkflowBundleWithSourceMap> {
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const { WORKFLOWS_PATH } = await import('../worker.ts');
  const { workflowEntry } = await import('../workflow-entry.ts');
  const { workflowsPath, bundlerOptions } = workflowEntry(WORKFLOWS_PATH, app.workflows);
  return bundleWorkflowCode({ workflowsPath, ...bundlerOptions, logger });
}
