import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection } from '@temporalio/worker';
import type { AnyAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { limitsOf } from '../../src/agents/limits-of.ts';
import { loadConfig } from '../../src/config.ts';
import type { RunStart } from '../../src/contracts/run-start.ts';
import type { Notifier } from '../../src/notifier/notifier.ts';
import { createDataConverter } from '../../src/payload/data-converter.ts';
import { createWorker } from '../../src/worker.ts';

type Options = { address: string; dataDir: string; notifier: Notifier; agents: AnyAgent[]; workflowsPath: string };

/** A worker of Baton in this process, and a client that runs its workflows for the user `bench`. */
export async function startBenchWorker({ address, dataDir, notifier, agents, workflowsPath }: Options) {
  const dataConverter = createDataConverter(loadConfig({ BATON_DATA_DIR: dataDir }).payloads);
  const connection = await NativeConnection.connect({ address });
  const clientConnection = await Connection.connect({ address });
  const { workflow: client } = new Client({ connection: clientConnection, dataConverter });
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const limits = Object.fromEntries(agents.map((each) => [each.name, limitsOf(each)]));
  const own = { connection, namespace: 'default', app: defineApp({ agents }), workflowBundle, dataConverter };
  const worker = await createWorker({ ...own, notifier });
  const running = worker.run();

  return {
    /** Runs a workflow to its end; gives the id of its run. */
    async execute(workflow: string, input: unknown): Promise<string> {
      const run_id = randomUUID();
      const context = { user_id: 'bench', thread_id: run_id, run_id, request_id: run_id, metadata: {} };
      const args: [RunStart] = [{ context, input, limits, timeout_ms: 600_000 }];
      await client.execute(workflow, { args, taskQueue: 'baton', workflowId: `${workflow}/bench/${run_id}` });
      return run_id;
    },
    async stop() {
      worker.shutdown();
      await running;
      await connection.close();
      await clientConnection.close();
    },
  };
}
