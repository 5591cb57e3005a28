import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection } from '@temporalio/worker';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { limitsOf } from '../../src/agents/limits-of.ts';
import { loadConfig } from '../../src/config.ts';
import type { RunStart } from '../../src/contracts/run-start.ts';
import type { Notifier } from '../../src/notifier/notifier.ts';
import { createDataConverter } from '../../src/payload/data-converter.ts';
import { createWorker, WORKFLOWS_PATH } from '../../src/worker.ts';

/** Of one run: its time, and the CPU of client and worker. */
export type Sample = { ms: number; cpuMs: number };
export type Kind = 'activity' | 'local';

const nothing = z.looseObject({});
const idle = (name: Kind) =>
  defineAgent({ name, local: name === 'local', input: nothing, output: nothing, run: () => ({ done: true }) });
const agents = [idle('activity'), idle('local')];

/** A worker with an agent that does nothing, as an activity and as a local one, and a way to run plans of it. */
export async function openSteps({ address, dataDir, log }: { address: string; dataDir: string; log: Notifier }) {
  const dataConverter = createDataConverter(loadConfig({ BATON_DATA_DIR: dataDir }).payloads);
  const connection = await NativeConnection.connect({ address });
  const clientConnection = await Connection.connect({ address });
  const { workflow: client } = new Client({ connection: clientConnection, dataConverter });
  const logger = new DefaultLogger('ERROR');
  const workflowBundle = await bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, logger });
  const own = { connection, namespace: 'default', app: defineApp({ agents }), workflowBundle, dataConverter };
  const worker = await createWorker({ ...own, notifier: log });
  const running = worker.run();

  return {
    /** Runs a plan of so many steps, one after the other. */
    async measure(agent: Kind, count: number): Promise<Sample> {
      const run_id = randomUUID();
      const context = { user_id: 'bench', thread_id: run_id, run_id, request_id: run_id, metadata: {} };
      const limits = Object.fromEntries(agents.map((each) => [each.name, limitsOf(each)]));
      const steps = Array.from({ length: count }, (_, index) => ({ id: `s${index}`, agent, input: {} }));
      const args: [RunStart] = [{ context, input: { plan: { name: 'bench', steps } }, limits, timeout_ms: 600_000 }];
      const cpu = process.cpuUsage();
      const from = performance.now();
      await client.execute('runPlan', { args, taskQueue: 'baton', workflowId: `runPlan/bench/${run_id}` });
      const { user, system } = process.cpuUsage(cpu);
      return { ms: performance.now() - from, cpuMs: (user + system) / 1_000 };
    },
    async stop() {
      worker.shutdown();
      await running;
      await connection.close();
      await clientConnection.close();
    },
  };
}
