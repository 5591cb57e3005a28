import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { SIDE_STORES, type SideStore, type SideStorePlace } from './side-stores.ts';

describe.each(SIDE_STORES)('decisions in %s', (_name, newPlace) => {
  let place: SideStorePlace;
  let store: SideStore;
  let other: SideStore;
  beforeAll(async () => {
    place = await newPlace();
    store = await place.open();
    other = await place.open();
  });
  afterAll(async () => {
    await store.close();
    await other.close();
    await place.remove();
  });

  function approval({ at = '2026-01-01T00:00:00.000Z', decision = 'approve', by = 'anna' } = {}) {
    return { workflowId: `w-${randomUUID()}`, approvalId: 'a1', userId: 'u1', decision, by, at };
  }

  test('keep what the first one decided, and show it to the second', async () => {
    const anna = { ...approval(), comment: 'looks right', data: { upload_ids: ['f1'] } };
    expect(await store.decisions.decide(anna)).toEqual({ first: true, decision: anna });
    const bert = { ...anna, decision: 'reject', by: 'bert', comment: undefined, data: undefined };
    expect(await other.decisions.decide(bert)).toEqual({ first: false, decision: anna });
    expect(await other.decisions.get(anna)).toEqual(anna);
  });

  test('know exactly one winner of many who decide at the same moment', async () => {
    const question = approval();
    const asked = Array.from({ length: 20 }, (_, i) =>
      (i % 2 ? store : other).decisions.decide({ ...question, by: `user-${i}` }),
    );
    const answers = await Promise.all(asked);
    expect(answers.filter(({ first }) => first)).toHaveLength(1);
    expect(new Set(answers.map(({ decision }) => decision.by)).size).toBe(1);
  });

  test('are listed until delivered, oldest first', async () => {
    const late = approval({ at: '2026-01-03T00:00:00.000Z' });
    const early = approval({ at: '2026-01-02T00:00:00.000Z' });
    await store.decisions.decide(late);
    await store.decisions.decide(early);
    const listed = await other.decisions.undelivered();
    const own = listed.filter(({ workflowId }) => [late.workflowId, early.workflowId].includes(workflowId));
    expect(own).toEqual([early, late]);
    await other.decisions.markDelivered(early);
    expect((await store.decisions.undelivered()).map(({ workflowId }) => workflowId)).not.toContain(early.workflowId);
    expect(await store.decisions.get(early)).toEqual(early);
  });

  test('that were not delivered outlive the clean-up', async () => {
    const [delivered, waiting] = [approval({ at: '2020-01-01T00:00:00.000Z' }), approval()];
    await store.decisions.decide(delivered);
    await store.decisions.decide(waiting);
    await store.decisions.markDelivered(delivered);
    expect(await store.decisions.prune({ olderThan: new Date('2026-06-01') })).toBeGreaterThan(0);
    expect(await store.decisions.get(delivered)).toBeUndefined();
    expect(await store.decisions.get(waiting)).toEqual(waiting);
  });
});
