import {
  isGrpcDeadlineError,
  isGrpcServiceError,
  QueryNotRegisteredError,
  ServiceError,
  type WorkflowClient,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { polledSince, pollersOf, type Poller } from './pollers-of.ts';

/** How long workers have to answer a question, in milliseconds. */
const PATIENCE_MS = 5_000;

const GRPC_CANCELLED = 1;
const GRPC_FAILED_PRECONDITION = 9;

/**
 * The server does not even ask a queue that no worker has polled lately; and where it sees first that the time is up, it
 * gives the call up itself.
 */
function isUnheard(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && [GRPC_CANCELLED, GRPC_FAILED_PRECONDITION].includes(cause.code);
}

type Run = Pick<WorkflowExecutionDescription, 'workflowId' | 'runId' | 'taskQueue'>;

/** Tells whether workers are there for runs. Each queue is asked about once, however many runs wait in it. */
export function createAttendance(client: WorkflowClient) {
  const pollers = new Map<string, Promise<Poller[]>>();
  const answered = new Map<string, Promise<boolean>>();

  async function isAnswered({ workflowId, runId }: Run): Promise<boolean> {
    const ask = () => client.getHandle(workflowId, runId).query('__temporal_workflow_metadata');
    try {
      await client.withDeadline(Date.now() + PATIENCE_MS, ask);
    } catch (error) {
      if (isGrpcDeadlineError(error) || isUnheard(error)) return false;
      // A refusal is an answer too; whatever else it is says nothing of workers.
      if (!(error instanceof QueryNotRegisteredError)) throw error;
    }
    return true;
  }

  function once<T>(answers: Map<string, Promise<T>>, taskQueue: string, ask: () => Promise<T>): Promise<T> {
    const known = answers.get(taskQueue) ?? ask();
    answers.set(taskQueue, known);
    // Another run may be easier to ask about.
    known.catch(() => answers.delete(taskQueue));
    return known;
  }

  /** Whether a worker that could take what waits since `since` is alive, though it may be busy. */
  return async function isAttended(run: Run, since: number): Promise<boolean> {
    const { taskQueue } = run;
    if (polledSince(await once(pollers, taskQueue, () => pollersOf(client, taskQueue)), since)) return true;
    // One without a free place polls about once a minute only, but answers at once.
    return once(answered, taskQueue, () => isAnswered(run));
  };
}

export type IsAttended = ReturnType<typeof createAttendance>;
