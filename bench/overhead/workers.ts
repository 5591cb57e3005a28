import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { defineApp } from '../../src/agents/define-app.ts';
import { COST_AGENTS, type CostAgentName } from '../../src/contracts/names.ts';
import type { NewEvent } from '../../src/contracts/event.ts';
import type { Store } from '../../src/notifier/open-store.ts';
import { createWorker } from '../../src/worker.ts';
import { idleAgents, RESULTS } from './agents.ts';
import { runEvent } from './run-event.ts';

type Options = {
  address: string;
  store: Pick<Store, 'log' | 'effects' | 'leases'>;
  workMs: number;
  /** Whether the activities written by hand publish their start and their end, as Baton's do. @default false */
  tellAgents?: boolean;
};

/** Two workers in this process: Baton's, and one for the workflow written by hand, with the same settings. */
export async function startWorkers({ address, store, workMs, tellAgents = false }: Options) {
  const { log: notifier, effects, leases } = store;
  const logger = new DefaultLogger('ERROR');
  const connection = await NativeConnection.connect({ address });
  const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger });
  const work = (name: CostAgentName) => async (input: unknown) => {
    const { info } = Context.current();
    const run_id = info.workflowExecution?.workflowId.split('/').at(-1) ?? '';
    const about = { run_id, agent: name, exec: `${name}.1.${info.currentAttemptScheduledTimestampMs}` };
    const tell = (type: string, payload: object) => notifier.publish(runEvent({ ...about, type, payload }));
    if (tellAgents) await tell('agent_started', { input_summary: JSON.stringify(input).slice(0, 400), queue_ms: 0 });
    if (workMs > 0) await sleep(workMs);
    const result = RESULTS[name];
    if (tellAgents) await tell('agent_completed', { result, execution_time_ms: 0, recovered: false });
    return result;
  };
  const common = { connection, namespace: 'default', workflowBundle };
  const baton = await createWorker({
    ...common,
    taskQueue: `baton-${workMs}`,
    app: defineApp({ agents: idleAgents(workMs) }),
    notifier,
    effects,
    leases,
  });
  const byHand = await Worker.create({
    ...common,
    taskQueue: `by-hand-${workMs}`,
    activities: {
      ...Object.fromEntries(COST_AGENTS.map((name) => [name, work(name)])),
      tell: (event: Pick<NewEvent, 'type' | 'run_id'>) => notifier.publish(runEvent(event)),
    },
    maxHeartbeatThrottleInterval: 500,
    stickyQueueScheduleToStartTimeout: 500,
  });
  const running = [baton, byHand].map((worker) => worker.run());
  return {
    async stop() {
      baton.shutdown();
      byHand.shutdown();
      await Promise.all(running);
      await connection.close();
    },
  };
}
