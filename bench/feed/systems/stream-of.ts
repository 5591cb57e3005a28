import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as Sdk from '@temporalio/client';
import { WorkflowStreamClient } from '@temporalio/workflow-streams/client';
import type { NewEvent } from '../../../src/contracts/event.ts';
import { streamTaskQueue } from './stream-task-queue.ts';
import type { Settings } from './system.ts';

// The package brings its own copy of the client, and two copies cannot be loaded into one process.
const requireThere = createRequire(fileURLToPath(import.meta.resolve('@temporalio/workflow-streams/client')));
const { Client, Connection } = requireThere('@temporalio/client') as typeof Sdk;

let connecting: ReturnType<typeof Connection.connect> | undefined;

/** The stream of a user; its workflow is started by whoever comes first. */
export async function streamOf(settings: Settings, userId: string) {
  const connection = await (connecting ??= Connection.connect({ address: settings.temporal }));
  const client = new Client({ connection });
  const workflowId = `stream/${settings.port}/${userId}`;
  const taskQueue = streamTaskQueue(settings);
  await client.workflow.start('streamWorkflow', { workflowId, taskQueue, workflowIdConflictPolicy: 'USE_EXISTING' });
  return WorkflowStreamClient.create(client as never, workflowId).topic<NewEvent>('events');
}
