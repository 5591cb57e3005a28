import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';

type Options = Pick<
  WorkerOptions,
  'activities' | 'maxHeartbeatThrottleInterval' | 'stickyQueueScheduleToStartTimeout'
> & {
  address: string;
  workflowsPath: string;
};

/** A worker of Temporal alone, in this process, for what a benchmark has written by hand, and a client that runs it. */
export async function startPlainWorker({ address, workflowsPath, ...options }: Options) {
  const taskQueue = `by-hand-${randomUUID()}`;
  const connection = await NativeConnection.connect({ address });
  const clientConnection = await Connection.connect({ address });
  const { workflow: client } = new Client({ connection: clientConnection });
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const worker = await Worker.create({ connection, namespace: 'default', taskQueue, workflowBundle, ...options });
  const running = worker.run();

  return {
    /** Runs a workflow to its end. */
    async execute(workflow: string, input: unknown): Promise<void> {
      await client.execute(workflow, { args: [input], taskQueue, workflowId: `${workflow}/bench/${randomUUID()}` });
    },
    async stop() {
      worker.shutdown();
      await running;
      await connection.close();
      await clientConnection.close();
    },
  };
}
