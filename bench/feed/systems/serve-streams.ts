import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { streamTaskQueue } from './stream-task-queue.ts';
import type { Settings } from './system.ts';

const WORKFLOW_SDK = fileURLToPath(import.meta.resolve('@temporalio/workflow'));

/** A worker for workflows that hold streams. */
export async function serveStreams(settings: Settings): Promise<void> {
  const logger = new DefaultLogger('ERROR');
  Runtime.install({ logger, shutdownSignals: [] });
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./stream-workflow.ts', import.meta.url)),
    logger,
    // The package brings an older copy of the SDK with it; a sandbox has room for one.
    webpackConfigHook: (config) => ({
      ...config,
      resolve: { ...config.resolve, alias: { ...config.resolve?.alias, '@temporalio/workflow$': WORKFLOW_SDK } },
    }),
  });
  const connection = await NativeConnection.connect({ address: settings.temporal });
  const worker = await Worker.create({
    connection,
    taskQueue: streamTaskQueue(settings),
    workflowBundle,
    // As Baton sets it: after a kill, the next worker takes over at once.
    stickyQueueScheduleToStartTimeout: 500,
  });
  void worker.run();
}
