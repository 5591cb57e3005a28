import { expect, test } from '@jest/globals';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { emptyFeed, foldFeed } from '../../src/feed/fold.ts';
import { thought } from '../support/scripted-gateway.ts';

function runEvent(seq: number, type: string, payload: object): BatonEvent {
  const ofRun = { agent: null, agent_run: null, exec: 'workflow', id: `w:run:${seq}` };
  return { ...thought(seq), ...ofRun, type, payload } as unknown as BatonEvent;
}
const asked = (seq: number, approval_id: string) =>
  runEvent(seq, 'approval_requested', {
    approval_id,
    question: 'Go on?',
    options: ['approve', 'reject'],
    expires_at: '2026-11-25T00:00:00.000Z',
  });
const decided = (seq: number, approval_id: string) =>
  runEvent(seq, 'approval_decided', { approval_id, decision: 'approve', by: 'u1' });

test('a run waits until its last open question is decided, and keeps what was decided by whom', () => {
  const events = [asked(1, 'a'), asked(2, 'b'), decided(3, 'a'), decided(4, 'b')];
  const statuses: string[] = [];
  let feed = emptyFeed();
  for (const event of events) {
    feed = foldFeed(feed, event);
    statuses.push(feed.runs[0]?.status ?? '');
  }
  expect(statuses).toEqual(['waiting', 'waiting', 'waiting', 'running']);
  expect(feed.runs[0]?.approvals).toMatchObject([
    { approval_id: 'a', question: 'Go on?', decision: 'approve', by: 'u1' },
    { approval_id: 'b', decision: 'approve' },
  ]);
});

test('a decision whose question was not seen is shown as decided', () => {
  const feed = foldFeed(emptyFeed(), decided(1, 'a'));
  expect(feed.runs[0]).toMatchObject({ status: 'running', approvals: [{ approval_id: 'a', decision: 'approve' }] });
});

test('a reminder is the same question once more, and asks nothing anew that was decided', () => {
  const reminder = (seq: number) => {
    const event = asked(seq, 'a');
    return { ...event, payload: { ...event.payload, reminder: true } } as BatonEvent;
  };
  const open = [asked(1, 'a'), reminder(2)].reduce(foldFeed, emptyFeed());
  expect(open.runs[0]).toMatchObject({
    status: 'waiting',
    approvals: [{ approval_id: 'a', reminded: true, decision: null }],
  });
  const late = [asked(1, 'a'), decided(2, 'a'), reminder(3)].reduce(foldFeed, emptyFeed());
  expect(late.runs[0]).toMatchObject({ status: 'running', approvals: [{ decision: 'approve', by: 'u1' }] });
});
