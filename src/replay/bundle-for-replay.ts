import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type BundleOptions, type WorkflowBundle } from '@temporalio/worker';

/** Tells a replay what the workflow code asked for. */
export const RECORD_COMMANDS = fileURLToPath(new URL(`./record-commands${extname(import.meta.url)}`, import.meta.url));

/** Bundles workflows so that a replay can say what they asked for. Takes seconds. */
export function bundleForReplay(options: Omit<BundleOptions, 'workflowInterceptorModules'>): Promise<WorkflowBundle> {
  const logger = new DefaultLogger('ERROR');
  return bundleWorkflowCode({ logger, ...options, workflowInterceptorModules: [RECORD_COMMANDS] });
}
