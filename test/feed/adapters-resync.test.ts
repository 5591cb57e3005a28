import { beforeAll, expect, test } from '@jest/globals';
import type { BatonEvent } from '../../src/contracts/event.ts';
import type { FeedResync } from '../../src/feed/feed-state.ts';
import { emptyFeed, foldFeed } from '../../src/feed/fold.ts';
import { toAgUi, type AgUiEvent } from '../../src/feed/to-ag-ui.ts';
import { toUiMessageStream, type UiMessageChunk } from '../../src/feed/to-ui-message-stream.ts';
import { replayed, startFeedOfRuns } from '../support/feed-of-run.ts';

let events: BatonEvent[];
beforeAll(async () => {
  const runs = await startFeedOfRuns();
  const ask = { id: 'go', question: 'Go on?' };
  ({ events } = await runs.eventsOf([{ agent: 'reader' }, { ask }, { agent: 'loser' }]));
  await runs.stop();
});

const indexOf = (type: string, from = 0) => events.findIndex((event, index) => index >= from && event.type === type);

/** The feed as a reader gets it that missed the events between two places. */
function missing(from: number, to: number): (BatonEvent | FeedResync)[] {
  const { seq, runs } = events.slice(0, to).reduce(foldFeed, emptyFeed());
  return [...events.slice(0, from), { type: 'resync', reason: 'slow_reader', seq, runs }, ...events.slice(to)];
}

async function read(updates: (BatonEvent | FeedResync)[]) {
  const chunks: UiMessageChunk[] = [];
  for await (const chunk of toUiMessageStream(replayed(updates))) chunks.push(chunk);
  const agUi: AgUiEvent[] = [];
  for await (const event of toAgUi(replayed(updates))) agUi.push(event);
  return { chunks, agUi };
}

/** What was begun and not ended, in either. */
function leftOpen({ chunks, agUi }: Awaited<ReturnType<typeof read>>): string[] {
  const open = new Set<string>();
  for (const chunk of chunks) {
    if (chunk.type === 'tool-input-available') open.add(`call ${chunk.toolCallId}`);
    if (chunk.type === 'tool-output-available' || chunk.type === 'tool-output-error')
      open.delete(`call ${chunk.toolCallId}`);
  }
  for (const event of agUi) {
    if (event.type === 'SUBAGENT_STARTED') open.add(event.subagentRunId);
    if (event.type === 'SUBAGENT_FINISHED' || event.type === 'SUBAGENT_ERROR') open.delete(event.subagentRunId);
    if (event.type === 'TOOL_CALL_START') open.add(`tool ${event.toolCallId}`);
    if (event.type === 'TOOL_CALL_RESULT') open.delete(`tool ${event.toolCallId}`);
  }
  return [...open];
}

test('a reader that missed the end of a run is told of it, and nothing stays open', async () => {
  const made = await read(missing(indexOf('tool_executing') + 1, events.length));
  expect(leftOpen(made)).toEqual([]);
  const { chunks, agUi } = made;
  expect(chunks.at(-1)).toEqual({ type: 'finish', finishReason: 'stop' });
  expect(chunks.find(({ type }) => type === 'tool-output-error')).toMatchObject({
    errorText: 'what became of the call has left the log',
  });
  expect(chunks.findLast(({ type }) => type === 'data-approval')).toMatchObject({ data: { decision: 'approve' } });
  expect(agUi.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
});

test('a reader that missed the middle goes on from there: every agent once, with its own end', async () => {
  const until = indexOf('agent_started', indexOf('approval_requested'));
  const made = await read(missing(indexOf('agent_thinking') + 1, until));
  expect(leftOpen(made)).toEqual([]);
  const told = made.agUi.flatMap((event) =>
    'subagentRunId' in event && event.type.startsWith('SUBAGENT') ? [`${event.type} ${event.subagentRunId}`] : [],
  );
  expect(told).toEqual([
    'SUBAGENT_STARTED reader-1',
    'SUBAGENT_FINISHED reader-1',
    'SUBAGENT_STARTED loser-1',
    'SUBAGENT_ERROR loser-1',
  ]);
  expect(made.chunks.at(-1)).toEqual({ type: 'finish', finishReason: 'stop' });
});

test('a call that still runs after the missed events keeps its end', async () => {
  const called = indexOf('tool_executing') + 1;
  expect(events[called]?.type).toBe('tool_completed');
  const { chunks } = await read(missing(called, called));
  expect(chunks.filter(({ type }) => type.startsWith('tool-'))).toEqual(
    (await read(events)).chunks.filter(({ type }) => type.startsWith('tool-')),
  );
});

test('a reader that begins with a snapshot has the run from there', async () => {
  const until = indexOf('approval_requested');
  const made = await read(missing(0, until));
  expect(leftOpen(made)).toEqual([]);
  expect(made.chunks[0]).toMatchObject({ type: 'start', messageId: events[0]?.run_id });
  expect(made.agUi.at(-1)).toMatchObject({ type: 'RUN_FINISHED' });
});

test('a run that has left the log while it was followed ends in an error instead of never', async () => {
  const gone: FeedResync = { type: 'resync', reason: 'log_changed', seq: 0, runs: [] };
  const made = await read([...events.slice(0, indexOf('tool_executing') + 1), gone]);
  expect(leftOpen(made)).toEqual([]);
  expect(made.chunks.at(-2)).toEqual({ type: 'error', errorText: 'the rest of the run has left the log' });
  expect(made.agUi.at(-1)).toMatchObject({ type: 'RUN_ERROR', message: 'the rest of the run has left the log' });
});
