import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Client } from '@temporalio/client';
import type { HistoryToCheck } from '../replay/check-histories.ts';
import { feedFileOf, feedText } from '../replay/feed-file.ts';
import { fetchHistory, type FetchOptions } from '../replay/fetch-histories.ts';
import type { HistoryJson } from '../replay/history-json.ts';
import { scrubMachine } from '../replay/scrub-machine.ts';

/** A history with all its payloads, and what its user saw; `name` is what messages call it. */
export type RecordedHistory = Extract<HistoryToCheck, { history: unknown }>;

/** History of a run's latest part, without what names this machine. */
export async function recordHistory(
  { temporal, eventsOf }: { temporal: Client; eventsOf: FetchOptions['eventsOf'] },
  { workflowId }: { workflowId: string },
): Promise<RecordedHistory> {
  const client = temporal.workflow;
  const { runId } = await client.getHandle(workflowId).describe();
  const recorded = await fetchHistory({ client, eventsOf }, { workflowId, runId });
  return { ...recorded, name: workflowId, history: scrubMachine(recorded.history) as HistoryJson };
}

/** Writes a history, and beside it what its user saw, for `replay`. */
export async function writeHistory({ history, seen }: RecordedHistory, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(history, null, 1)}\n`);
  if (seen) await writeFile(feedFileOf(file), feedText(seen));
}
