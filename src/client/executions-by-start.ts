import type { WorkflowClient, WorkflowExecutionInfo } from '@temporalio/client';

type Options = {
  /** Filter in Temporal's list language. */
  query: string;
  /** Only what started then or before. */
  until?: Date;
  /** How many executions may be sorted at once. @default 1000 */
  page?: number;
  /** First width of a window of time, in milliseconds. @default 3600000 */
  windowMs?: number;
};

function byStart(a: WorkflowExecutionInfo, b: WorkflowExecutionInfo): number {
  return b.startTime.getTime() - a.startTime.getTime() || (a.workflowId < b.workflowId ? 1 : -1);
}

async function sorted(client: WorkflowClient, query: string): Promise<WorkflowExecutionInfo[]> {
  const found: WorkflowExecutionInfo[] = [];
  for await (const execution of client.list({ query })) found.push(execution);
  return found.sort(byStart);
}

/**
 * Executions newest first by their start. Temporal lists open ones first and the others by their end, and its SQL stores
 * refuse an order; so where there are many they are read in windows of time, each small enough to be sorted here.
 */
export async function* executionsByStart(
  client: WorkflowClient,
  { query, until, page = 1_000, windowMs = 3_600_000 }: Options,
): AsyncGenerator<WorkflowExecutionInfo, void> {
  let to = until;
  for (let width = windowMs; ;) {
    const left = to ? `${query} AND StartTime <= '${to.toISOString()}'` : query;
    if ((await client.count(left)).count <= page) return yield* await sorted(client, left);
    const from = new Date((to?.getTime() ?? Date.now()) - width);
    const window = await sorted(client, `${left} AND StartTime > '${from.toISOString()}'`);
    yield* window;
    to = from;
    if (window.length < page / 4) width *= 4;
  }
}
