import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HttpAgent } from '@ag-ui/client';
import type { AGUIEvent, BaseEvent, Message } from '@ag-ui/core';
import { EventSchema } from '@ag-ui/core/schemas';
import { readUIMessageStream, uiMessageChunkSchema, type UIMessage, type UIMessageChunk } from 'ai';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { toAgUi, type AgUiEvent } from '../../src/feed/to-ag-ui.ts';
import { toUiMessageStream, type BatonDataParts } from '../../src/feed/to-ui-message-stream.ts';
import { replayed, startFeedOfRuns } from '../support/feed-of-run.ts';

let runs: Awaited<ReturnType<typeof startFeedOfRuns>>;
beforeAll(async () => {
  runs = await startFeedOfRuns();
});
afterAll(() => runs.stop());

type ChatMessage = UIMessage<unknown, BatonDataParts>;

/** The message that AI SDK's own reader makes of the stream, and the errors it was told. */
async function message(events: BatonEvent[], options?: { runId: string }) {
  // The types of the package itself: a chunk that it does not know does not compile.
  const stream: ReadableStream<UIMessageChunk<unknown, BatonDataParts>> = toUiMessageStream(replayed(events), options);
  const errors: string[] = [];
  let last: ChatMessage | undefined;
  const onError = (error: unknown) => void errors.push((error as Error).message);
  for await (const each of readUIMessageStream<ChatMessage>({ stream, onError })) last = each;
  return { message: last as ChatMessage, errors };
}

type Named<Each> = Each extends { type: infer Type extends string } ? Omit<Each, 'type'> & { type: `${Type}` } : never;

async function agUi(events: BatonEvent[]) {
  const made: AgUiEvent[] = [];
  for await (const each of toAgUi(replayed(events))) made.push(each);
  // The types of the package itself, whose event names are an enum of the same words.
  const typed: Named<AGUIEvent>[] = made;
  for (const each of typed) EventSchema.parse(each);
  return typed as unknown as BaseEvent[];
}

/** The messages that AG-UI's own client makes of the events, sent as a server would send them. It refuses what breaks its protocol. */
async function applied(events: BaseEvent[]): Promise<Message[]> {
  const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  const headers = { 'content-type': 'text/event-stream' };
  const agent = new HttpAgent({ url: 'http://127.0.0.1:9', fetch: async () => new Response(body, { headers }) });
  await agent.runAgent();
  return agent.messages;
}

describe('a run that asks, retries and recovers', () => {
  let events: BatonEvent[];
  let runId: string;
  beforeAll(async () => {
    const ask = { id: 'go', question: 'Go on?' };
    ({ events, runId } = await runs.eventsOf([{ agent: 'reader' }, { ask }, { agent: 'loser' }]));
  });

  test('is a message of AI SDK: thoughts once, every call of a tool ended, agents and answer as they ended', async () => {
    const { message: made, errors } = await message(events);
    expect(errors).toEqual([]);
    expect(made).toMatchObject({ id: runId, role: 'assistant', metadata: { run_id: runId } });
    const of = <Type extends ChatMessage['parts'][number]['type']>(type: Type) =>
      made.parts.filter((part): part is Extract<ChatMessage['parts'][number], { type: Type }> => part.type === type);
    expect(of('reasoning').map(({ text, state }) => `${text}: ${state}`)).toEqual([
      'Opening the file: done',
      'Counting the rows: done',
    ]);
    expect(of('dynamic-tool').map(({ toolName, state, input }) => ({ toolName, state, input }))).toEqual([
      { toolName: 'look', state: 'output-available', input: { at: 'rows' } },
      { toolName: 'look', state: 'output-available', input: { at: 'rows' } },
      { toolName: 'look', state: 'output-error', input: { at: 'nothing' } },
    ]);
    expect(of('data-agent').map(({ data }) => `${data.agent} ${data.state} ${data.attempt}`)).toEqual([
      'reader completed 2',
      'loser failed 1',
    ]);
    expect(of('data-approval').map(({ data }) => data.decision)).toEqual(['approve']);
    expect(of('data-run').map(({ data }) => data.status)).toEqual(['completed']);
    expect(of('text').map(({ text }) => text)).toEqual(['done']);
  });

  test('is a stream that passes the schema of AI SDK', async () => {
    const { validate } = uiMessageChunkSchema();
    const faults: unknown[] = [];
    for await (const chunk of toUiMessageStream(replayed(events))) {
      const checked = await validate?.(JSON.parse(JSON.stringify(chunk)));
      if (!checked?.success) faults.push(chunk);
    }
    expect(faults).toEqual([]);
  });

  test("is what AG-UI's client accepts and applies: reasoning, tool calls with results, and the answer", async () => {
    const messages = await applied(await agUi(events));
    const of = (role: string) => messages.filter((each) => each.role === role);
    expect(of('reasoning').map(({ content }) => content)).toEqual(['Opening the file', 'Counting the rows']);
    const calls = of('assistant').flatMap((each) => ('toolCalls' in each && each.toolCalls) || []);
    expect(calls.map((call) => [call.function.name, JSON.parse(call.function.arguments)])).toEqual([
      ['look', { at: 'rows' }],
      ['look', { at: 'rows' }],
      ['look', { at: 'nothing' }],
    ]);
    expect(of('tool').map(({ content }) => JSON.parse(content as string))).toEqual([
      { seen: '<b>rows</b>' },
      { seen: '<b>rows</b>' },
      { error: expect.objectContaining({ message: expect.stringContaining('nothing to see') }) },
    ]);
    expect(of('assistant').at(-1)).toMatchObject({ content: 'done' });
  });

  test('keeps its agents as subagents with one end each, and its questions as custom events', async () => {
    const made = await agUi(events);
    expect(
      made
        .filter(({ type }) => type.startsWith('SUBAGENT'))
        .map(({ type, subagentRunId }) => `${type} ${String(subagentRunId)}`),
    ).toEqual([
      'SUBAGENT_STARTED reader-1',
      'SUBAGENT_FINISHED reader-1',
      'SUBAGENT_STARTED loser-1',
      'SUBAGENT_ERROR loser-1',
    ]);
    const names = made.flatMap(({ type, name }) => (type === 'CUSTOM' ? [name] : []));
    expect(names).toEqual(expect.arrayContaining(['baton.approval_requested', 'baton.approval_decided']));
    expect(made.at(-1)).toMatchObject({ type: 'RUN_FINISHED', runId, outcome: { type: 'success' } });
  });

  test('says nothing twice where the feed repeats itself', async () => {
    const twice = events.flatMap((event, index) => [event, ...events.slice(Math.max(0, index - 3), index)]);
    expect(await agUi(twice)).toEqual(await agUi(events));
    expect((await message(twice)).message).toEqual((await message(events)).message);
  });

  test('is told from other runs of the same feed, by its id or as the first one', async () => {
    const other = await runs.eventsOf([{ agent: 'loser' }]);
    // A feed counts over all runs of its user.
    const both = [...other.events, ...events].toSorted((a, b) => a.seq - b.seq);
    expect((await message(both, { runId: other.runId })).message.id).toBe(other.runId);
    expect((await message(both)).message).toEqual((await message(events)).message);
  });
});

test('a run that fails ends in an error in both, with nothing left open', async () => {
  const { events } = await runs.eventsOf([{ agent: 'loser' }, { fail: 'the script says so' }]);
  const { errors, message: made } = await message(events);
  expect(errors).toEqual([expect.stringContaining('the script says so')]);
  expect(made.parts.filter(({ type }) => type === 'data-run')).toMatchObject([{ data: { status: 'failed' } }]);
  const end = (await agUi(events)).at(-1);
  expect(end).toMatchObject({ type: 'RUN_ERROR', message: expect.stringContaining('the script says so') });
});

test('a cancelled run is aborted in AI SDK and finished as cancelled in AG-UI', async () => {
  const ask = { id: 'go', question: 'Go on?' };
  const { events } = await runs.eventsOf([{ agent: 'reader' }, { ask }], { cancelAt: 'approval_requested' });
  const chunks: { type: string }[] = [];
  for await (const chunk of toUiMessageStream(replayed(events))) chunks.push(chunk);
  expect(chunks.at(-1)?.type).toBe('abort');
  const made = await agUi(events);
  await applied(made);
  expect(made.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
});

test('an attempt that was lost in a call leaves no call open, and no end is told twice where the verdict differs', async () => {
  const { events } = await runs.eventsOf([{ agent: 'reader' }]);
  const started = events.findIndex(({ type }) => type === 'tool_completed');
  // As after a killed worker: the first attempt says nothing more after it began its call.
  const lost = events.filter((event, index) => index !== started && event.type !== 'agent_retrying');
  const end = lost.findIndex(({ type }) => type === 'agent_completed');
  const claim = lost[end] as BatonEvent;
  const payload = { reason: 'timeout', message: 'too late' };
  const verdict = { ...claim, type: 'agent_death', final: true, payload } as unknown as BatonEvent;
  const told = lost.toSpliced(end + 1, 0, verdict).map((event, index) => ({ ...event, seq: index + 1 }));
  const { message: made } = await message(told);
  const tools = made.parts.flatMap((part) => (part.type === 'dynamic-tool' ? [part.state] : []));
  expect(tools).toEqual(['output-error', 'output-available']);
  const agents = made.parts.flatMap((part) => (part.type === 'data-agent' ? [part.data] : []));
  expect(agents).toMatchObject([{ state: 'dead' }]);
  const ends = (await agUi(told)).filter(({ type }) => /^SUBAGENT_(FINISHED|ERROR)$/.test(type));
  await applied(await agUi(told));
  expect(ends).toHaveLength(1);
});
