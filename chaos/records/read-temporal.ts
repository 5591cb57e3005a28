import type { Client, Connection } from '@temporalio/client';
import type { TemporalLine } from './lines.ts';

const PAGE = 500;
const NAMESPACE = 'default';

type Service = Connection['workflowService'];
type Closing = NonNullable<
  NonNullable<Awaited<ReturnType<Service['getWorkflowExecutionHistory']>>['history']>['events']
>[number];

const ms = (time: { seconds?: unknown; nanos?: number | null } | null | undefined) =>
  time ? Number(time.seconds) * 1_000 + Math.round((time.nanos ?? 0) / 1e6) : null;

function json(payloads: { data?: Uint8Array | null }[] | null | undefined): unknown {
  const data = payloads?.[0]?.data;
  if (!data || data.length === 0) return null;
  try {
    return JSON.parse(Buffer.from(data).toString());
  } catch {
    return null;
  }
}

/** What closed an execution: its result, or the outcome in the details of its failure. */
function closeOf(event: Closing | undefined): Pick<TemporalLine, 'outcome' | 'message'> {
  const done = event?.workflowExecutionCompletedEventAttributes;
  const failed = event?.workflowExecutionFailedEventAttributes?.failure;
  const cancelled = event?.workflowExecutionCanceledEventAttributes;
  const terminated = event?.workflowExecutionTerminatedEventAttributes;
  if (done) return { outcome: json(done.result?.payloads), message: null };
  if (cancelled) return { outcome: json(cancelled.details?.payloads), message: null };
  const details = failed?.applicationFailureInfo?.details?.payloads;
  return { outcome: json(details), message: failed?.message ?? terminated?.reason ?? null };
}

const STATUS = ['?', 'running', 'completed', 'failed', 'cancelled', 'terminated', 'continued', 'timed_out', 'paused'];

/** The event that closed an execution. The server would wait half a minute for that of one which is open. */
async function closing(
  service: Service,
  execution: Parameters<Service['getWorkflowExecutionHistory']>[0]['execution'],
) {
  const { history } = await service.getWorkflowExecutionHistory({
    namespace: NAMESPACE,
    execution,
    historyEventFilterType: 2,
  });
  return history?.events?.at(-1);
}

/** Every execution that a Temporal server knows, with how it closed. `server` numbers the servers of a campaign. */
export async function* readTemporal(client: Client, server: number): AsyncGenerator<TemporalLine> {
  const { workflowService } = client.connection as Connection;
  let nextPageToken: Uint8Array | undefined;
  do {
    const listed = await workflowService.listWorkflowExecutions({
      namespace: NAMESPACE,
      pageSize: PAGE,
      nextPageToken,
    });
    for (const { execution, type, startTime, closeTime, status } of listed.executions ?? []) {
      const isOpen = closeTime == null;
      const closed = isOpen ? undefined : await closing(workflowService, execution);
      yield {
        server,
        workflow_id: execution?.workflowId ?? '',
        temporal_run: execution?.runId ?? '',
        type: type?.name ?? '',
        status: STATUS[Number(status)] ?? String(status),
        started_at: ms(startTime) ?? 0,
        closed_at: ms(closeTime),
        ...closeOf(closed),
      };
    }
    nextPageToken = listed.nextPageToken?.length ? listed.nextPageToken : undefined;
  } while (nextPageToken);
}
