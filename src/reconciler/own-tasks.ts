import { setTimeout as sleep } from 'node:timers/promises';
import { BatonError } from '../contracts/baton-error.ts';
import type { BindingRecord, TemporalBindings } from '../notifier/temporal-binding.ts';
import { isMissing } from './missing.ts';
import { foreignTemporal, identify, type Temporal } from './temporal-identity.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Length of a UUID as text, and what precedes it in the token: tag and length of the first field of a protobuf message. */
const UUID_LENGTH = 36;
const [FIRST_FIELD, HEADER_LENGTH] = [0x0a, 2];

/** Sources of tasks that are remembered as the log's own; with more, the oldest are asked about again. */
const MOST_REMEMBERED = 10_000;

/** How long a server that does not answer is asked, in milliseconds, and the wait in between. */
const PATIENCE_MS = 5_000;
const AGAIN_AFTER_MS = 100;

/** What an activity knows of its task. */
export type Task = {
  taskToken: Uint8Array;
  isLocal: boolean;
  workflowExecution?: { workflowId: string; runId: string };
};

type Options = {
  /** By the very connection that tasks come by. */
  temporal: Temporal;
  binding: TemporalBindings;
  /** Called when the Temporal that answers now is another one than the log's own. */
  onForeign: (error: Error) => void;
};

/** Id of the namespace that a task comes from: the server writes it first into the task's token. */
function namespaceIdOf({ taskToken }: Task): string | undefined {
  const end = HEADER_LENGTH + UUID_LENGTH;
  if (taskToken[0] !== FIRST_FIELD || taskToken[1] !== UUID_LENGTH || taskToken.length < end) return undefined;
  const id = Buffer.from(taskToken.subarray(HEADER_LENGTH, end)).toString('latin1');
  return UUID.test(id) ? id : undefined;
}

/**
 * Makes what tells the tasks of the log's own Temporal from those of a stranger that has taken its address. A worker that asks the
 * server once a second who it is may have polled a stranger meanwhile, and a run's input says only which Temporal its
 * client meant. So the task itself is looked at: its token names the namespace by its id. A token that does not, or that
 * names another one, proves nothing (the token of an activity in the workflow's own task is the worker's, and a proxy may
 * translate it): then the server is asked who it is and afterwards whether it has the run, which together only the log's
 * own can answer.
 */
export async function createOwnTasks({ temporal, binding, onForeign }: Options) {
  const remembered = new Set<string>();
  const asking = new Map<string, Promise<void>>();
  // Kept, so that a store that is down holds no task up: whoever rebinds a log has its workers started again.
  let record = await binding.read();

  async function bound(): Promise<BindingRecord | undefined> {
    return (record ??= await binding.read());
  }

  function remember(source: string) {
    const [oldest] = remembered;
    if (remembered.size >= MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    remembered.add(source);
  }

  async function askOnce(source: string, execution: NonNullable<Task['workflowExecution']>) {
    const { connection, namespace, address } = temporal;
    const kept = { ...binding, read: bound };
    const identified = await identify(temporal, kept, { withCluster: false });
    if (identified.standing === 'foreign') {
      const error = foreignTemporal(temporal, identified, binding);
      onForeign(error);
      throw error;
    }
    const describe = () => connection.workflowService.describeWorkflowExecution({ namespace, execution });
    try {
      await connection.withDeadline(Date.now() + PATIENCE_MS, describe);
    } catch (error) {
      if (!isMissing(error)) throw error;
      const message = `Temporal at ${address} gave a task of run ${execution.workflowId} and does not have it: another Temporal was there`;
      throw new BatonError('InvalidInput', message, { code: 'foreign_temporal', cause: error });
    }
    remember(source);
  }

  async function ask(source: string, execution: NonNullable<Task['workflowExecution']>): Promise<void> {
    for (const until = performance.now() + PATIENCE_MS; ;) {
      try {
        return await askOnce(source, execution);
      } catch (error) {
        const isVerdict = error instanceof BatonError && error.code === 'foreign_temporal';
        if (isVerdict || performance.now() > until) throw error;
      }
      await sleep(AGAIN_AFTER_MS);
    }
  }

  function sourceOf(task: Task): string | undefined {
    return (task.isLocal ? undefined : namespaceIdOf(task)) ?? task.workflowExecution?.runId;
  }

  return {
    /** Whether a task comes from where others came that were the log's own: nothing need be asked. */
    knows(task: Task): boolean {
      const source = sourceOf(task);
      return source === undefined || remembered.has(source);
    },

    /**
     * Refuses a task before anything of it is done.
     *
     * @throws BatonError code `foreign_temporal` where it comes from a stranger; what Temporal fails with where it says
     *   nothing for 5 seconds
     */
    async refuseForeign(task: Task): Promise<void> {
      const { workflowExecution: execution } = task;
      const source = sourceOf(task);
      if (execution === undefined || source === undefined || remembered.has(source)) return;
      // A log of no Temporal has no stranger.
      const current = (await bound().catch(() => undefined))?.current;
      if (current === undefined) return;
      if (current.namespaceId === source) return remember(source);
      const asked = asking.get(source) ?? ask(source, execution).finally(() => asking.delete(source));
      asking.set(source, asked);
      return asked;
    },
  };
}

export type OwnTasks = Awaited<ReturnType<typeof createOwnTasks>>;
