import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import type { Notifier } from '../../src/notifier/notifier.ts';
import { runEvent } from '../overhead/run-event.ts';

const TASK_QUEUE = 'local-by-hand';

type Options = { address: string; notifier: Notifier; workflowsPath: string };

/** A worker of Temporal alone, in this process, whose local activity tells its start and its end, as Baton's do. */
export async function openByHand({ address, notifier, workflowsPath }: Options) {
  const connection = await NativeConnection.connect({ address });
  const clientConnection = await Connection.connect({ address });
  const { workflow: client } = new Client({ connection: clientConnection });
  const worker = await Worker.create({
    connection,
    namespace: 'default',
    taskQueue: TASK_QUEUE,
    workflowBundle: await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') }),
    activities: {
      async work({ run_id, n }: { run_id: string; n: number }) {
        const about = { run_id, agent: `step-${n}`, exec: `step.1.${n}` };
        await notifier.publish(
          runEvent({ ...about, type: 'agent_started', payload: { input_summary: '{}', queue_ms: 0 } }),
        );
        const result = { done: true };
        const payload = { result, execution_time_ms: 0, recovered: false };
        await notifier.publish(runEvent({ ...about, type: 'agent_completed', payload }));
        return result;
      },
    },
  });
  const running = worker.run();

  return {
    async execute(steps: number): Promise<void> {
      const run_id = randomUUID();
      const workflowId = `local-by-hand/bench/${run_id}`;
      await client.execute('localByHand', { args: [{ run_id, steps }], taskQueue: TASK_QUEUE, workflowId });
    },
    async stop() {
      worker.shutdown();
      await running;
      await connection.close();
      await clientConnection.close();
    },
  };
}
