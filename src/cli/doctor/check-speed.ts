import { randomUUID } from 'node:crypto';
import { extname } from 'node:path';
import { Client, type Connection } from '@temporalio/client';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { bundleWorkflows } from '../../workflow-bundle/bundle-workflows.ts';
import { check, type Check } from './check.ts';

const WAIT_MS = 100;
const STEPS = 4;
/** The best of so many tries counts: one slow try tells of a busy machine, not of the server's settings. */
const TRIES = 3;
/** A tuned server takes about 110 ms and 12 ms on one machine, an untuned one 1000 ms and 60 ms. */
const LIMITS = { timer: 400, step: 40 };

type Options = { connection: Connection; connectionOptions: NativeConnectionOptions; namespace: string };

async function measure({ connection, connectionOptions, namespace }: Options) {
  const { DefaultLogger, NativeConnection, Worker } = await import('@temporalio/worker');
  const { quietRuntime } = await import('../../runtime/ensure-runtime.ts');
  quietRuntime();
  const native = await NativeConnection.connect(connectionOptions);
  const taskQueue = `baton-doctor-${randomUUID()}`;
  const workflows = new URL(`../../workflows/doctor-probe${extname(import.meta.url)}`, import.meta.url);
  const workflowBundle = await bundleWorkflows({
    app: { workflows },
    dataConverter: {},
    logger: new DefaultLogger('ERROR'),
  });
  const activities = { noop: async () => undefined };
  try {
    const worker = await Worker.create({ connection: native, namespace, taskQueue, workflowBundle, activities });
    return await worker.runUntil(async () => {
      const client = new Client({ connection, namespace });
      const measured: { timer: number; step: number }[] = [];
      for (let n = 0; n < TRIES; n += 1) {
        const args = [{ waitMs: WAIT_MS, steps: STEPS }];
        const options = {
          taskQueue,
          args,
          workflowId: `${taskQueue}-${n}`,
          workflowExecutionTimeout: '1 minute' as const,
        };
        measured.push(await client.workflow.execute('doctorProbe', options));
      }
      return {
        timer: Math.min(...measured.map(({ timer }) => timer)),
        step: Math.min(...measured.map(({ step }) => step)),
      };
    });
  } finally {
    await native.close();
  }
}

/** Measures, by a workflow of its own, the two waits that an untuned development server adds to every run. */
export async function checkSpeed(options: Options): Promise<Check[]> {
  let measured: Awaited<ReturnType<typeof measure>>;
  try {
    measured = await measure(options);
  } catch (error) {
    return [await check('speed', () => Promise.reject(error))];
  }
  const { timer, step } = measured;
  return [
    await check('timers', () => ({
      state: timer <= LIMITS.timer ? 'ok' : 'slow',
      found: `a wait of ${WAIT_MS} ms took ${Math.round(timer)} ms`,
      remedy: 'set history.timerProcessorMaxTimeShift to 10ms, history.timerProcessorMaxPollRPS to 5000',
    })),
    await check('steps', () => ({
      state: step <= LIMITS.step ? 'ok' : 'slow',
      found: `an empty step took ${step.toFixed(1)} ms`,
      remedy: 'set history.transferProcessorMaxPollRPS to 5000, or use a server that is nearer',
    })),
  ];
}
