import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { EffectCall } from '../../src/notifier/effect-ledger.ts';
import { openTwice, SIDE_STORES } from './side-stores.ts';

const first = { generation: 0, scheduled: 1_000, attempt: 1 };
const second = { generation: 0, scheduled: 2_000, attempt: 2 };
const third = { generation: 0, scheduled: 3_000, attempt: 3 };

function newCall(over: Partial<EffectCall> = {}): EffectCall {
  return {
    workflowId: `w-${randomUUID()}`,
    agentRun: 'buyer-1',
    agent: 'buyer',
    tool: 'charge',
    inputHash: 'a',
    occurrence: 1,
    callId: 'charge-1',
    input: '{"cents":5}',
    limitMs: 60_000,
    repeatable: false,
    ...over,
  };
}

describe.each(SIDE_STORES)('the effect ledger in %s', (_name, newPlace) => {
  const at = openTwice(newPlace);

  test('lets the first attempt call, and gives every later one the receipt', async () => {
    const call = newCall();
    expect(await at.store.effects.begin({ call, order: first })).toMatchObject({ status: 'call', entry: { round: 0 } });
    expect(await at.store.effects.settle({ key: call, order: first, outcome: { done: '{"receipt":"r1"}' } })).toBe(
      true,
    );
    const again = await at.other.effects.begin({ call, order: second });
    expect(again).toMatchObject({ status: 'done', entry: { receipt: '{"receipt":"r1"}', input: '{"cents":5}' } });
  });

  test('does not let a second attempt repeat a call whose outcome is unknown, and says how long it may go on', async () => {
    const call = newCall({ limitMs: 30_000 });
    await at.store.effects.begin({ call, order: first });
    const { status, entry } = await at.other.effects.begin({ call, order: second });
    expect(status).toBe('unknown');
    expect(entry.remainingMs).toBeGreaterThan(20_000);
    expect(entry.remainingMs).toBeLessThanOrEqual(30_000);
  });

  test('lets a repeatable call be made again where its outcome is unknown', async () => {
    const call = newCall({ repeatable: true });
    await at.store.effects.begin({ call, order: first });
    expect((await at.other.effects.begin({ call, order: second })).status).toBe('call');
  });

  test('lets the call be made again once it is known not to have happened', async () => {
    const call = newCall();
    await at.store.effects.begin({ call, order: first });
    expect(await at.other.effects.settle({ key: call, order: second, outcome: 'not_done' })).toBe(true);
    expect(await at.other.effects.begin({ call, order: second })).toMatchObject({
      status: 'call',
      entry: { round: 0 },
    });
  });

  test('refuses an older attempt to begin anything after a newer one began something', async () => {
    const call = newCall();
    await at.store.effects.begin({ call, order: second });
    const late = await at.other.effects.begin({ call: { ...call, inputHash: 'b' }, order: first });
    expect(late.status).toBe('fenced');
    expect(await at.store.effects.list({ workflowId: call.workflowId })).toHaveLength(1);
  });

  test('refuses an older attempt from the moment a newer one raised the fence', async () => {
    const call = newCall();
    await at.store.effects.fence({ workflowId: call.workflowId, agentRun: call.agentRun, order: second });
    expect((await at.other.effects.begin({ call, order: first })).status).toBe('fenced');
    expect((await at.other.effects.begin({ call, order: second })).status).toBe('call');
  });

  test('lets a later generation in, whatever its scheduled time', async () => {
    const call = newCall();
    await at.store.effects.begin({ call, order: third });
    const reset = { generation: 1, scheduled: 1, attempt: 1 };
    expect((await at.store.effects.begin({ call: { ...call, inputHash: 'b' }, order: reset })).status).toBe('call');
  });

  test('does not let an older attempt complete what a newer one began anew', async () => {
    const call = newCall();
    await at.store.effects.begin({ call, order: first });
    await at.other.effects.settle({ key: call, order: second, outcome: 'not_done' });
    await at.other.effects.begin({ call, order: second });
    expect(await at.store.effects.settle({ key: call, order: first, outcome: { done: '"late"' } })).toBe(false);
    expect((await at.other.effects.list({ workflowId: call.workflowId }))[0]).toMatchObject({ state: 'unknown' });
  });

  test('takes the late receipt of an older attempt while nobody has taken its call over', async () => {
    const call = newCall();
    await at.store.effects.begin({ call, order: first });
    await at.other.effects.begin({ call, order: second });
    expect(await at.store.effects.settle({ key: call, order: first, outcome: { done: '"r1"' } })).toBe(true);
    expect(await at.other.effects.begin({ call, order: second })).toMatchObject({ status: 'done' });
  });

  test('never gives out the receipt of a compensated call: made again it is a new round, and last in order', async () => {
    const call = newCall();
    const later = { ...call, inputHash: 'later' };
    for (const one of [call, later]) {
      await at.store.effects.begin({ call: one, order: first });
      await at.store.effects.settle({ key: one, order: first, outcome: { done: '"r1"' } });
    }
    await at.store.effects.compensated({ key: call, round: 0 });
    const again = await at.other.effects.begin({ call, order: second });
    expect(again).toMatchObject({ status: 'call', entry: { round: 1, receipt: null } });
    const entries = await at.store.effects.list({ workflowId: call.workflowId, agentRun: call.agentRun });
    expect(entries.map(({ inputHash }) => inputHash)).toEqual(['later', 'a']);
  });

  test('does not let a late undo mark a call that was made anew since', async () => {
    const call = newCall();
    await at.store.effects.begin({ call, order: first });
    await at.store.effects.settle({ key: call, order: first, outcome: { done: '"r1"' } });
    await at.store.effects.compensated({ key: call, round: 0 });
    await at.store.effects.begin({ call, order: second });
    await at.store.effects.settle({ key: call, order: second, outcome: { done: '"r2"' } });
    await at.other.effects.compensated({ key: call, round: 0 });
    expect((await at.store.effects.list({ workflowId: call.workflowId }))[0]).toMatchObject({
      state: 'done',
      receipt: '"r2"',
    });
  });

  test('vouches for what it does not have while it is the one that the start named, and only then', async () => {
    const call = newCall();
    const { workflowId, agentRun } = call;
    const named = await at.store.effects.incarnation({ workflowId });
    const which = { workflowId, agentRun };
    expect(await at.other.effects.vouches({ ...which, named })).toBe(true);
    expect(await at.other.effects.vouches({ ...which, named: 'another one' })).toBe(false);
    const opening = await at.store.effects.open({ ...which, named, order: first, isKnown: false });
    expect(opening).toEqual({ recorded: named, current: named, vouches: true });
    const begun = { call, order: first, opening: { ...opening, underWayMs: 0 } };
    expect((await at.store.effects.begin(begun)).status).toBe('call');
    // What the first attempt has recorded counts from then on.
    const later = await at.other.effects.open({ ...which, named: 'another one', order: second, isKnown: true });
    expect(later.vouches).toBe(true);
  });

  test('counts the calls of an agent, each once, for as long as it vouches for them', async () => {
    const call = newCall();
    const which = { workflowId: call.workflowId, agentRun: call.agentRun };
    const named = await at.store.effects.incarnation(which);
    const opening = await at.store.effects.open({ ...which, named, order: first, isKnown: false });
    const begin = (one: typeof call) =>
      at.store.effects.begin({ call: one, order: first, opening: { ...opening, underWayMs: 0 } });
    expect(await at.other.effects.count(which)).toBe(0);
    await begin(call);
    await at.store.effects.settle({ key: call, order: first, outcome: 'not_done' });
    await begin(call);
    await begin({ ...call, inputHash: 'another' });
    expect(await at.other.effects.count(which)).toBe(2);
    const doubted = { ...which, agentRun: 'doubted-1' };
    expect(await at.other.effects.count(doubted)).toBeUndefined();
    await at.store.effects.open({ ...doubted, named: 'old', order: first, isKnown: false });
    expect(await at.other.effects.count(doubted)).toBeUndefined();
  });

  test('takes a call that it lacks for unknown where it does not vouch, for as long as it may be under way', async () => {
    const call = newCall();
    const { workflowId, agentRun } = call;
    const opening = await at.store.effects.open({ workflowId, agentRun, named: 'old', order: first, isKnown: false });
    expect(opening).toMatchObject({ recorded: 'old', vouches: false });
    const { status, entry } = await at.store.effects.begin({
      call,
      order: first,
      opening: { ...opening, underWayMs: 5_000 },
    });
    expect(status).toBe('unknown');
    expect(entry.remainingMs).toBeGreaterThan(4_000);
    expect(entry.remainingMs).toBeLessThanOrEqual(5_000);
    expect(await at.other.effects.settle({ key: call, order: first, outcome: 'not_done' })).toBe(true);
    expect((await at.store.effects.begin({ call, order: first, opening: { ...opening, underWayMs: 0 } })).status).toBe(
      'call',
    );
  });

  test('does not doubt a call that may be repeated', async () => {
    const call = newCall({ repeatable: true });
    const { workflowId, agentRun } = call;
    const opening = await at.store.effects.open({ workflowId, agentRun, named: 'old', order: first, isKnown: false });
    const begun = { call, order: first, opening: { ...opening, underWayMs: 0 } };
    expect((await at.store.effects.begin(begun)).status).toBe('call');
  });

  test('lists one agent or the whole run in the order in which the calls began', async () => {
    const call = newCall();
    const calls = [call, { ...call, agentRun: 'seller-1' }, { ...call, occurrence: 2 }];
    for (const one of calls) await at.store.effects.begin({ call: one, order: first });
    const { workflowId } = call;
    const names = (await at.other.effects.list({ workflowId })).map((e) => `${e.agentRun}/${e.occurrence}`);
    expect(names).toEqual(['buyer-1/1', 'seller-1/1', 'buyer-1/2']);
    expect(await at.other.effects.list({ workflowId, agentRun: 'seller-1' })).toHaveLength(1);
  });

  test('lets exactly one of many attempts that ask at the same moment make the call', async () => {
    const call = newCall();
    const asked = Array.from({ length: 20 }, (_, i) =>
      (i % 2 ? at.store : at.other).effects.begin({ call, order: first }),
    );
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 'call')).toHaveLength(1);
    expect(statuses.filter((status) => status === 'unknown')).toHaveLength(19);
  });

  test('forgets what is older than asked, and nothing newer', async () => {
    const call = newCall();
    await at.store.effects.begin({ call, order: first });
    await at.store.effects.prune({ olderThan: new Date(Date.now() - 60_000) });
    expect(await at.store.effects.list({ workflowId: call.workflowId })).toHaveLength(1);
    expect(await at.store.effects.prune({ olderThan: new Date(Date.now() + 60_000) })).toBeGreaterThan(0);
    expect(await at.store.effects.list({ workflowId: call.workflowId })).toEqual([]);
  });
});
