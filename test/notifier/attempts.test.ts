import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openTwice, SIDE_STORES } from './side-stores.ts';

describe.each(SIDE_STORES)('attempts in %s', (_name, newPlace) => {
  const at = openTwice(newPlace);

  function newActivity() {
    const of = { workflowId: `w-${randomUUID()}`, agentRun: 'buyer-1', activity: 'r1/1' };
    return (attempt: number, activity = of.activity) => ({
      ...of,
      activity,
      exec: `buyer.${attempt}.${1_000 + attempt}`,
    });
  }

  test('are counted by how they ended, for the next one to know', async () => {
    const one = newActivity();
    const { attempts } = at.store.effects;
    for (const [index, as] of (['failures', 'waits', 'interruptions', 'failures', 'none'] as const).entries()) {
      await attempts.open({ ...one(index + 1), attempt: index + 1 });
      await attempts.close({ ...one(index + 1), as, last: false });
    }
    expect(await at.other.effects.attempts.open({ ...one(6), attempt: 6 })).toEqual({
      counts: { failures: 2, waits: 1, interruptions: 1 },
      lost: 0,
      unheard: 0,
    });
  });

  test('that were not closed are unheard of once, and not lost while their process lives', async () => {
    const one = newActivity();
    const { attempts } = at.store.effects;
    await attempts.open({ ...one(1), attempt: 1 });
    expect(await attempts.open({ ...one(2), attempt: 2 })).toMatchObject({ lost: 0, unheard: 1 });
    expect(await attempts.open({ ...one(3), attempt: 3 })).toMatchObject({ lost: 0, unheard: 1 });
  });

  test('whose process stood still are lost, until it closes them after all', async () => {
    const one = newActivity();
    const { attempts } = at.store.effects;
    await attempts.open({ ...one(1), attempt: 1 });
    await attempts.stalled(one(1));
    expect(await attempts.open({ ...one(2), attempt: 2 })).toMatchObject({ lost: 1 });
    await attempts.close({ ...one(1), as: 'none', last: false });
    expect(await attempts.open({ ...one(3), attempt: 3 })).toMatchObject({ lost: 0 });
  });

  test('begin anew after a reset, and in another activity of the same agent', async () => {
    const one = newActivity();
    const { attempts } = at.store.effects;
    for (const attempt of [1, 2]) {
      await attempts.open({ ...one(attempt), attempt });
      await attempts.close({ ...one(attempt), as: 'failures', last: false });
    }
    const none = { failures: 0, waits: 0, interruptions: 0 };
    expect((await attempts.open({ ...one(11), attempt: 1 })).counts).toEqual(none);
    await attempts.close({ ...one(11), as: 'failures', last: false });
    expect((await attempts.open({ ...one(12), attempt: 2 })).counts).toMatchObject({ failures: 1 });
    expect((await attempts.open({ ...one(5, 'r1/2'), attempt: 5 })).counts).toEqual(none);
  });

  test('that end after a reset are not counted among the new ones', async () => {
    const one = newActivity();
    const { attempts } = at.store.effects;
    await attempts.open({ ...one(1), attempt: 1 });
    await attempts.open({ ...one(11), attempt: 1 });
    await attempts.close({ ...one(1), as: 'failures', last: false });
    expect((await attempts.open({ ...one(12), attempt: 2 })).counts.failures).toBe(0);
  });

  test('are forgotten with the last one', async () => {
    const one = newActivity();
    const { attempts } = at.store.effects;
    await attempts.open({ ...one(1), attempt: 1 });
    await attempts.close({ ...one(1), as: 'failures', last: true });
    expect(await attempts.open({ ...one(2), attempt: 2 })).toMatchObject({ counts: { failures: 0 }, unheard: 0 });
  });

  test('that began are counted for a run whose agents cannot say, without those that only waited', async () => {
    const workflowId = `w-${randomUUID()}`;
    const { attempts } = at.store.effects;
    const open = (agentRun: string, activity: string, attempt: number) =>
      attempts.open({ workflowId, agentRun, activity, exec: `buyer.${attempt}.${1_000 + attempt}`, attempt });
    for (const attempt of [1, 2, 3]) {
      await open('buyer-1', 'r1/1', attempt);
      const as = attempt === 2 ? 'waits' : 'failures';
      const exec = `buyer.${attempt}.${1_000 + attempt}`;
      await attempts.close({ workflowId, agentRun: 'buyer-1', activity: 'r1/1', exec, as, last: false });
    }
    await open('buyer-2', 'r1/2', 1);
    await open('buyer-3', 'r0/3', 1);
    const agentRuns = ['buyer-1', 'buyer-2', 'buyer-3', 'buyer-4'];
    expect(await at.other.effects.attempts.count({ workflowId, temporalRun: 'r1', agentRuns })).toEqual({
      'buyer-1': 2,
      'buyer-2': 1,
      'buyer-3': 0,
      'buyer-4': 0,
    });
  });
});
