import type { WorkflowClient } from '@temporalio/client';
import type { NewEvent } from '../contracts/event.ts';
import { SEARCH_ATTRIBUTES } from '../contracts/names.ts';
import { executionsByStart } from '../client/executions-by-start.ts';
import { readHistory } from '../reconciler/read-history.ts';
import { quoted } from '../client/list-runs.ts';
import type { HistoryToCheck } from './check-histories.ts';
import { historyOf } from './history-json.ts';
import { inlinePayloads } from './inline-payloads.ts';
import { seenFeed } from './seen-feed.ts';

export type FetchOptions = {
  client: WorkflowClient;
  /** The events that are kept of a run. */
  eventsOf: (run: { userId: string; runId: string }) => AsyncIterable<NewEvent>;
  /** Only of this workflow type. */
  workflow?: string;
  /** Only of executions that started then or later. */
  since: Date;
  /** At most so many. */
  limit: number;
};

type Execution = { workflowId: string; runId: string };

/** One execution's history with all its payloads, and what its user saw as far as the log still has it. */
export async function fetchHistory(
  { client, eventsOf }: Pick<FetchOptions, 'client' | 'eventsOf'>,
  { workflowId, runId }: Execution,
): Promise<Extract<HistoryToCheck, { history: unknown }>> {
  const fetched = historyOf(await readHistory(client, { workflowId, runId }));
  const history = await inlinePayloads(fetched, client.options.loadedDataConverter.payloadCodecs);
  const [, user = '', run = ''] = workflowId.split('/');
  const events: NewEvent[] = [];
  const of = { userId: decodeURIComponent(user), runId: decodeURIComponent(run) };
  for await (const event of eventsOf(of)) events.push(event);
  const seen = seenFeed(events, history);
  return { name: `${workflowId} ${runId}`, history, ...(seen && { seen }) };
}

/** Histories of a server's runs, newest first. One that is gone or lacks a payload does not hide the others. */
export async function* fetchHistories(options: FetchOptions): AsyncGenerator<HistoryToCheck> {
  const { client, workflow, since, limit } = options;
  const query = [
    `${SEARCH_ATTRIBUTES.kind} IS NOT NULL`,
    `StartTime >= '${since.toISOString()}'`,
    workflow && `WorkflowType = ${quoted(workflow)}`,
  ];
  let left = limit;
  for await (const execution of executionsByStart(client, { query: query.filter(Boolean).join(' AND ') })) {
    if (left === 0) return;
    left -= 1;
    const name = `${execution.workflowId} ${execution.runId}`;
    yield await fetchHistory(options, execution).catch((error: Error) => ({ name, fault: error.message }));
  }
}
