import { describe, expect, test } from '@jest/globals';
import { assertFeed, type ExpectedLine } from 'baton-agents/testing';
import type { NewEvent } from '../../src/contracts/event.ts';

type Sketch = [subject: string | null, type: NewEvent['type'], payload?: object, more?: Partial<NewEvent>];

/** Events of a plan whose step `buy` is agent `buyer`; other steps are named after their agents. */
function feedOf(...sketches: Sketch[]): NewEvent[] {
  return sketches.map(([step, type, payload = {}, more], n) => {
    const agent = step === 'buy' ? 'buyer' : step;
    const who = { agent, step, agent_run: step === null ? null : step, generation: 0, final: false };
    return { id: `e${n}`, type, payload, ...who, ...more } as NewEvent;
  });
}

const done = { execution_time_ms: 1, recovered: false, result: {} };
const refused = { error: { type: 'AgentFailed', message: 'card refused' } };

function messageOf(events: NewEvent[], expected: ExpectedLine[]): string {
  try {
    assertFeed(events, expected);
  } catch (error) {
    expect((error as Error).name).toBe('FeedMismatch');
    return (error as Error).message;
  }
  throw new Error('it was found to be as expected');
}

const failing = feedOf(
  [null, 'run_started', { workflow: 'runPlan', agents: [] }],
  ['quote', 'agent_started'],
  ['quote', 'agent_completed', done],
  ['buy', 'agent_started'],
  ['buy', 'agent_retrying', { ...refused, next_attempt_in_ms: 1 }],
  ['buy', 'agent_error', refused],
  [null, 'run_failed', { status: 'failed', summary: '', execution_time_ms: 1, ...refused }],
);

describe('what is compared', () => {
  test('ends of agents always, other kinds of lines as soon as one of them is expected', () => {
    assertFeed(failing, ['quote completed', 'buy failed']);
    assertFeed(failing, ['quote completed', 'buy retried', 'buy failed']);
    assertFeed(failing, ['quote started', 'quote completed', 'buy started', 'buy failed', 'run failed']);
    expect(() => assertFeed(failing, ['quote completed'])).toThrow('the feed is another one from line 2 on');
    expect(() => assertFeed(failing, ['quote started', 'quote completed', 'buy failed'])).toThrow('line 3');
  });

  test('an agent goes by its step or its own name, and a failure with or without its type', () => {
    assertFeed(failing, ['quote completed', 'buyer retried AgentFailed', 'buy failed AgentFailed']);
    expect(() => assertFeed(failing, ['quote completed', 'buy failed AgentTimeout'])).toThrow('line 2');
  });

  test("of two ends of one agent the workflow's verdict", () => {
    const limit = { reason: 'timeout', message: 'it took too long' };
    const events = feedOf(['buy', 'agent_completed', done], ['buy', 'agent_death', limit, { final: true }]);
    assertFeed(events, ['buy died timeout']);
  });

  test('lines in a list of their own in any order', () => {
    const events = feedOf(
      ['b', 'agent_completed', done],
      ['c', 'agent_completed', done],
      ['a', 'agent_completed', done],
      ['end', 'agent_completed', done],
    );
    assertFeed(events, [['a completed', 'b completed', 'c completed'], 'end completed']);
    expect(() => assertFeed(events, [['a completed', 'b completed'], 'c completed', 'end completed'])).toThrow();
  });

  test('tools, questions, what was skipped and what was undone', () => {
    const call = { tool_name: 'charge', call_id: 'c1', success: true, execution_time_ms: 1 };
    const undone = { agent: 'buyer', step: 'buy', success: true };
    const events = feedOf(
      [null, 'approval_requested', { approval_id: 'approval-1', question: 'Buy?', options: [], expires_at: '' }],
      [null, 'approval_decided', { approval_id: 'approval-1', decision: 'approve', by: 'ann' }],
      ['buy', 'tool_completed', call],
      ['buy', 'tool_completed', { ...call, from_receipt: true }],
      ['news', 'step_skipped', { reason: 'its condition does not hold' }],
      ['buy', 'compensation_completed', undone, { agent: null }],
    );
    assertFeed(events, [
      'approval requested',
      'approval decided approve',
      'tool charge completed',
      'buy tool charge from receipt',
      'news skipped',
      'buy undone',
    ]);
  });
});

describe('the difference', () => {
  test('shows both side by side, marks where they part, and says why in the words of the failures', () => {
    expect(messageOf(failing, ['quote completed', 'buy completed', 'run completed'])).toBe(
      [
        'the feed is another one from line 2 on:',
        '',
        '    expected          got',
        '    quote completed   quote completed',
        '  > buy completed     buy failed AgentFailed',
        '  ! run completed     run failed AgentFailed',
        '',
        'in their own words:',
        '  buy failed AgentFailed: card refused',
        '  run failed AgentFailed: card refused',
        '',
      ].join('\n'),
    );
  });

  test('goes on where both are the same again', () => {
    const events = feedOf(['a', 'agent_completed', done], ['c', 'agent_completed', done]);
    expect(messageOf(events, ['a completed', 'b completed', 'c completed']).split('\n').slice(2, -1)).toEqual([
      '    expected      got',
      '    a completed   a completed',
      '  > b completed   -',
      '    c completed   c completed',
    ]);
  });

  test('refuses a line that no feed has, and says what there is', () => {
    expect(() => assertFeed(failing, ['buy complete'])).toThrow('"buy complete" is no line of a feed; there are');
  });
});
