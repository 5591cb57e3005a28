import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { AgentOutcome } from '../../src/contracts/run.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';

const output = z.object({ receipt: z.string() });
const calls: string[] = [];
const made = (who: string) => calls.filter((call) => call === who).length;
const asked: string[] = [];

/** Its first answer is lost. What became of the call it says by the name of who calls. */
const pay = defineTool({
  name: 'pay',
  effect: 'once',
  timeoutMs: 50,
  input: z.object({ who: z.string() }),
  output,
  run({ who }) {
    calls.push(who);
    if (made(who) === 1) throw new Error('socket hang up');
    return { receipt: `call ${made(who)}` };
  },
  reconcile({ who }) {
    asked.push(who);
    if (who === 'done') return { done: { receipt: 'found' } };
    return who === 'not_done' ? 'not_done' : 'unknown';
  },
});
const payer = defineAgent({
  name: 'payer',
  input: z.object({ who: z.string() }),
  output,
  tools: { pay },
  retry: { initialIntervalMs: 20 },
  run: (input, { tools }) => tools.pay(input),
});

let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: [payer] });
});
afterAll(() => worker.stop());

describe('a call of which nobody heard, asked for by the tool itself', () => {
  test('gives what it found where it happened, and is not made again', async () => {
    const { outcome } = await worker.runAgent('payer', { who: 'done' });
    expect(outcome).toMatchObject({ success: true, result: { receipt: 'found' } });
    expect([made('done'), asked]).toEqual([1, ['done']]);
  });

  test('is made again where it did not happen', async () => {
    const { outcome } = await worker.runAgent('payer', { who: 'not_done' });
    expect(outcome).toMatchObject({ success: true, result: { receipt: 'call 2' } });
    expect(made('not_done')).toBe(2);
  });
});

describe('a call of which nobody can tell, asked of the user', () => {
  async function answer(who: string, decision: string, data?: unknown) {
    const { handle, runId } = await worker.start('runAgent', { agent: 'payer', input: { who } });
    const question = await worker.recorder.until(
      ({ run_id, type }) => run_id === runId && type === 'approval_requested',
    );
    const { approval_id } = question.payload as { approval_id: string };
    await handle.signal('decide', { approval_id, decision, by: 'ann', data });
    const { result, status } = await outcomeOf<AgentOutcome>(handle);
    const ends = worker.recorder.of(runId).filter(({ type }) => /^agent_(completed|error)$/.test(type));
    return { question: question.payload, result, status, ends: ends.map(({ type }) => type) };
  }

  test('says what was called and what may be answered', async () => {
    const { question } = await answer('shown', 'stop');
    expect(question).toMatchObject({ options: ['done', 'not_done', 'stop'], asked_by: 'payer-1' });
    expect(question.question).toContain('pay-1 of pay by payer');
    expect(question.question).toContain('{"who":"shown"}');
  });

  test('gives what the user says it gave', async () => {
    const { result, ends } = await answer('told', 'done', { receipt: 'by hand' });
    expect(result).toMatchObject({ success: true, result: { receipt: 'by hand' } });
    expect([made('told'), ends]).toEqual([1, ['agent_completed']]);
  });

  test('is made again where the user says that it did not happen', async () => {
    const { result, ends } = await answer('again', 'not_done');
    expect(result).toMatchObject({ success: true, result: { receipt: 'call 2' } });
    expect([made('again'), ends]).toEqual([2, ['agent_completed']]);
  });

  test('is given up where the user says so', async () => {
    const { result, status, ends } = await answer('given up', 'stop');
    expect(result).toMatchObject({ success: false, error: { type: 'EffectUnknown' } });
    expect([made('given up'), ends, status]).toEqual([1, ['agent_error'], 'failed']);
  });
});
