import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';

const TASK_QUEUE = 'by-hand';

type Options = { address: string; workflowsPath: string; onStep: () => void };

/** A worker of Temporal alone, in this process, for the workflow `chainByHand`; `onStep` is called by each activity. */
export async function openByHand({ address, workflowsPath, onStep }: Options) {
  const connection = await NativeConnection.connect({ address });
  const clientConnection = await Connection.connect({ address });
  const { workflow: client } = new Client({ connection: clientConnection });
  const worker = await Worker.create({
    connection,
    namespace: 'default',
    taskQueue: TASK_QUEUE,
    workflowBundle: await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') }),
    activities: {
      async idleByHand() {
        onStep();
      },
    },
    maxHeartbeatThrottleInterval: 500,
    stickyQueueScheduleToStartTimeout: 500,
  });
  const running = worker.run();

  return {
    async execute(steps: number): Promise<void> {
      const workflowId = `chain-by-hand/bench/${randomUUID()}`;
      await client.execute('chainByHand', { args: [{ input: { steps } }], taskQueue: TASK_QUEUE, workflowId });
    },
    async stop() {
      worker.shutdown();
      await running;
      await connection.close();
      await clientConnection.close();
    },
  };
}
