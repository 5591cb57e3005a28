import { DefaultLogger, type WorkflowBundle } from '@temporalio/worker';
import type { App } from '../agents/define-app.ts';
import { bundleWorkflows } from '../workflow-bundle/bundle-workflows.ts';
import { RECORD_COMMANDS } from './bundle-for-replay.ts';

/** The workflows of a worker of this app, for a replay. */
export function bundleApp(app: Pick<App, 'workflows'>): Promise<WorkflowBundle> {
  return bundleWorkflows({
    app,
    dataConverter: {},
    logger: new DefaultLogger('ERROR'),
    interceptors: [RECORD_COMMANDS],
  });
}
