import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openTwice, SIDE_STORES } from './side-stores.ts';

describe.each(SIDE_STORES)('decisions in %s', (_name, newPlace) => {
  const at = openTwice(newPlace);

  function approval({ at = '2026-01-01T00:00:00.000Z', decision = 'approve', by = 'anna' } = {}) {
    return { workflowId: `w-${randomUUID()}`, approvalId: 'a1', userId: 'u1', decision, by, at };
  }

  test('keep what the first one decided, and show it to the second', async () => {
    const anna = { ...approval(), comment: 'looks right', data: { upload_ids: ['f1'] } };
    expect(await at.store.decisions.decide(anna)).toEqual({ first: true, decision: anna });
    const bert = { ...anna, decision: 'reject', by: 'bert', comment: undefined, data: undefined };
    expect(await at.other.decisions.decide(bert)).toEqual({ first: false, decision: anna });
    expect(await at.other.decisions.get(anna)).toEqual(anna);
  });

  test('know exactly one winner of many who decide at the same moment', async () => {
    const question = approval();
    const asked = Array.from({ length: 20 }, (_, i) =>
      (i % 2 ? at.store : at.other).decisions.decide({ ...question, by: `user-${i}` }),
    );
    const answers = await Promise.all(asked);
    expect(answers.filter(({ first }) => first)).toHaveLength(1);
    expect(new Set(answers.map(({ decision }) => decision.by)).size).toBe(1);
  });

  test('are listed until delivered, oldest first', async () => {
    const late = approval({ at: '2026-01-03T00:00:00.000Z' });
    const early = approval({ at: '2026-01-02T00:00:00.000Z' });
    await at.store.decisions.decide(late);
    await at.store.decisions.decide(early);
    const listed = await at.other.decisions.undelivered();
    const own = listed.filter(({ workflowId }) => [late.workflowId, early.workflowId].includes(workflowId));
    expect(own).toEqual([early, late]);
    await at.other.decisions.markDelivered(early);
    expect((await at.store.decisions.undelivered()).map(({ workflowId }) => workflowId)).not.toContain(
      early.workflowId,
    );
    expect(await at.store.decisions.get(early)).toEqual(early);
  });

  test('that were not delivered outlive the clean-up', async () => {
    const [delivered, waiting] = [approval({ at: '2020-01-01T00:00:00.000Z' }), approval()];
    await at.store.decisions.decide(delivered);
    await at.store.decisions.decide(waiting);
    await at.store.decisions.markDelivered(delivered);
    expect(await at.store.decisions.prune({ olderThan: new Date('2026-06-01') })).toBeGreaterThan(0);
    expect(await at.store.decisions.get(delivered)).toBeUndefined();
    expect(await at.store.decisions.get(waiting)).toEqual(waiting);
  });
});
