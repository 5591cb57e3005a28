import { DefaultLogger, type WorkflowBundle } from '@temporalio/worker';
import type { App } from '../agents/define-app.ts';
import { bundleWorkflows } from '../workflow-bundle/bundle-workflows.ts';

/** By module of workflows: bundling takes seconds, and the tests of one file mostly test one app. */
const bundles = new Map<string, Promise<WorkflowBundle>>();

/** The workflows of an app, bundled once in this process. */
export function bundleOf(app: App): Promise<WorkflowBundle> {
  const key = app.workflows?.href ?? '';
  const bundled = bundles.get(key) ?? bundleWorkflows({ app, dataConverter: {}, logger: new DefaultLogger('ERROR') });
  bundles.set(key, bundled);
  return bundled;
}
