import type { RunHandle } from '../../src/client.ts';
import { isRunEnd } from '../../src/contracts/is-run-end.ts';
import app from './ending-app.ts';
import { startTestClient } from './test-client.ts';
import { startTestGateway } from './test-gateway.ts';
import { until } from './until.ts';

type Guard = NonNullable<Parameters<typeof startTestClient>[0]['guard']>;

/** What `GET /v1/runs/{run_id}` and the list say of a run, as far as these tests look at it. */
export type Shown = {
  status: string;
  result: unknown;
  error: { type: string; message: string } | null;
  paused_by?: string | null;
  approvals: { approval_id: string }[];
};

/** A worker whose runs end in every way, with a gateway and clients on one data folder. */
export async function startEndingStage({ guard }: { guard?: Guard } = {}) {
  const at = await startTestClient({ app, guard });
  const gateway = await startTestGateway({ app, taskQueue: at.taskQueue, env: { BATON_DATA_DIR: at.dataDir } });
  const userOf = ({ workflowId }: RunHandle) => workflowId.split('/')[1] as string;

  async function eventsOf(run: RunHandle) {
    return at.store.log.read({ userId: userOf(run), runId: run.runId, after: 0, limit: 1_000 });
  }

  return {
    ...at,
    gateway,
    eventsOf,
    /** The run's end as its feed says it, now or later. */
    async endOf(run: RunHandle) {
      for await (const event of run.events()) if (isRunEnd(event)) return event.payload;
      throw new Error(`the events of run ${run.runId} end without its end`);
    },
    async get(run: RunHandle): Promise<Shown> {
      return (await (await gateway.call(userOf(run), `/v1/runs/${run.runId}`)).json()) as Shown;
    },
    /** Status of the run in its user's list. */
    async listed(run: RunHandle): Promise<string | undefined> {
      const answer = await gateway.call(userOf(run), '/v1/runs?limit=200');
      const { runs } = (await answer.json()) as { runs: { run_id: string; status: string }[] };
      return runs.find(({ run_id }) => run_id === run.runId)?.status;
    },
    /** Has Temporal forget a run that has closed, as it does after its retention. */
    async forget({ workflowId }: RunHandle) {
      const handle = at.temporal.workflow.getHandle(workflowId);
      await handle.result().catch(() => undefined);
      await at.temporal.workflowService.deleteWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId },
      });
      await until(() =>
        handle.describe().then(
          () => false,
          () => true,
        ),
      );
    },
    async stop() {
      await gateway.stop();
      await at.stop();
    },
  };
}

export type EndingStage = Awaited<ReturnType<typeof startEndingStage>>;

/** What a run came to, undefined where it does not end in time. */
export async function outcomeWithin(run: RunHandle, ms: number) {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, ms, undefined).unref());
  return Promise.race([run.result(), late]);
}
