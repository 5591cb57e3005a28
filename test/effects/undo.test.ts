import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { UNDO_ACTIVITY } from '../../src/contracts/names.ts';
import type { UndoReturn } from '../../src/contracts/undo-call.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { activityHistory } from '../support/activity-history.ts';
import { ledgerOutage } from '../support/ledger-outage.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';

const undone: { name: string; receipt: unknown; key: string }[] = [];
const attempts = new Map<string, number>();

/** Books a place; undoing `weather` fails twice before it works, undoing `closed` never works. */
const book = defineTool({
  name: 'book',
  effect: 'once',
  timeoutMs: 100,
  input: z.object({ name: z.string() }),
  output: z.object({ booking: z.string() }),
  run({ name }) {
    if (name === 'lost' || name === 'arrived') throw new Error('no answer');
    return { booking: `${name}-booked` };
  },
  reconcile: ({ name }) => (name === 'arrived' ? { done: { booking: 'arrived-booked' } } : 'unknown'),
  compensate({ name }, receipt, { idempotencyKey }) {
    const attempt = (attempts.get(name) ?? 0) + 1;
    attempts.set(name, attempt);
    if (name === 'closed' || (name === 'weather' && attempt < 3)) throw new Error(`${name}: cannot be undone now`);
    undone.push({ name, receipt, key: idempotencyKey });
  },
});

const keep = defineTool({
  name: 'keep',
  effect: 'idempotent',
  input: z.object({}),
  output: z.object({}),
  run: () => ({}),
});

const traveller = defineAgent({
  name: 'traveller',
  input: z.object({ names: z.array(z.string()) }),
  output: z.object({}),
  tools: { book, keep },
  retry: { maxAttempts: 1 },
  async run({ names }, { tools }) {
    await tools.keep({});
    for (const name of names) await tools.book({ name });
    return {};
  },
});

const outage = ledgerOutage();

/** Ends its run, and takes the ledger down before. */
const breaker = defineAgent({
  name: 'breaker',
  input: z.unknown(),
  output: z.object({}),
  retry: { maxAttempts: 1 },
  run() {
    outage.begin(3);
    throw new Error('it breaks');
  },
});

describe('undoing what an agent did', () => {
  let worker: Awaited<ReturnType<typeof startTestWorker>>;
  beforeAll(async () => {
    worker = await startTestWorker({ agents: [traveller, breaker], guard: outage.guard });
  });
  afterAll(() => worker.stop());

  async function undo(names: string[]) {
    undone.length = 0;
    const { handle } = await worker.start('callThenUndo', { agent: 'traveller', input: { names } });
    const { result } = await outcomeOf<[UndoReturn, UndoReturn]>(handle);
    return { first: result?.[0] as UndoReturn, second: result?.[1] as UndoReturn };
  }

  test('compensates each call with its receipt, the last one first, and once', async () => {
    const { first, second } = await undo(['flight', 'hotel', 'car']);
    expect(undone.map(({ name, receipt }) => [name, receipt])).toEqual([
      ['car', { booking: 'car-booked' }],
      ['hotel', { booking: 'hotel-booked' }],
      ['flight', { booking: 'flight-booked' }],
    ]);
    expect(first).toEqual({ undone: 3, failed: [] });
    expect(second).toEqual({ undone: 3, failed: [] });
  });

  test('tries again what fails, without undoing the others twice', async () => {
    const { first } = await undo(['flight', 'weather']);
    expect(first).toEqual({ undone: 2, failed: [] });
    expect(undone.map(({ name }) => name)).toEqual(['flight', 'weather']);
  });

  test('reports what stays, and undoes the others', async () => {
    const { first } = await undo(['flight', 'closed']);
    expect(first.undone).toBe(1);
    expect(first.failed).toMatchObject([{ tool: 'book', call_id: 'book-2', error: { type: 'ToolFailed' } }]);
    expect(first.failed[0]?.error.message).toContain('closed: cannot be undone now');
  });

  test('asks first what happened to a call whose outcome is unknown, and undoes it if it happened', async () => {
    const { first } = await undo(['flight', 'arrived']);
    expect(first).toEqual({ undone: 2, failed: [] });
    expect(undone.map(({ receipt }) => receipt)).toContainEqual({ booking: 'arrived-booked' });
  });

  test('waits for a ledger that is down, and spends no attempt on it', async () => {
    undone.length = 0;
    const steps = [
      { agent: 'traveller', input: { names: ['flight'] } },
      { agent: 'breaker', mustSucceed: true },
    ];
    const { handle } = await worker.start('scripted', { steps });
    const run = await outcomeOf(handle);
    expect(run.compensations).toMatchObject([{ agent: 'traveller', success: true }]);
    expect(outage.over()).toBe(true);
    expect(undone.map(({ name }) => name)).toEqual(['flight']);
    const [undo] = (await activityHistory(handle)).filter(({ type }) => type === UNDO_ACTIVITY);
    expect(undo).toMatchObject({ attempts: 1 });
  });

  test('leaves a call that nobody knows of to a person, and undoes the others', async () => {
    const { first } = await undo(['flight', 'lost']);
    expect(first).toMatchObject({ undone: 1, failed: [{ tool: 'book', error: { type: 'EffectUnknown' } }] });
    expect(undone.map(({ name }) => name)).toEqual(['flight']);
  });
});
