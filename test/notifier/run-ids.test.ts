import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { thought as thoughtOf } from '../support/test-gateway.ts';
import { openTwice, SIDE_STORES } from './side-stores.ts';

const DAY_MS = 86_400_000;

describe.each(SIDE_STORES)('run ids in %s', (name, newPlace) => {
  const at = openTwice(newPlace);

  function claimOf({ userId = `u-${randomUUID()}`, workflow = 'runPlan', endsBy = new Date().toISOString() } = {}) {
    return { userId, runId: 'r1', workflow, requestSha256: 'a', endsBy };
  }

  test('belong to the first request that claims them, for everybody who asks later', async () => {
    const claim = claimOf();
    expect(await at.store.runIds.find(claim)).toBeUndefined();
    expect(await at.store.runIds.claim(claim)).toEqual({ first: true, claim });
    const other = { ...claim, workflow: 'runAgent', requestSha256: 'b' };
    expect(await at.other.runIds.claim(other)).toEqual({ first: false, claim });
    expect(await at.other.runIds.find(claim)).toEqual(claim);
  });

  test('have one owner of many who claim them at the same moment', async () => {
    const claim = claimOf();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? at.store : at.other).runIds.claim({ ...claim, workflow: `workflow${n}` }),
      ),
    );
    expect(answers.filter(({ first }) => first)).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.claim.workflow)).size).toBe(1);
  });

  test('are the own ones of each user', async () => {
    const [ann, ben] = [claimOf(), claimOf({ workflow: 'runAgent' })];
    await at.store.runIds.claim(ann);
    expect(await at.store.runIds.claim(ben)).toEqual({ first: true, claim: ben });
  });

  test('are free again once their run is past the retention', async () => {
    const [old, young] = [
      claimOf({ endsBy: new Date(Date.now() - 31 * DAY_MS).toISOString() }),
      claimOf({ endsBy: new Date(Date.now() - 29 * DAY_MS).toISOString() }),
    ];
    await at.store.runIds.claim(old);
    await at.store.runIds.claim(young);
    const forgotten = await at.store.runIds.prune({ olderThan: new Date(Date.now() - 30 * DAY_MS) });
    // Redis forgets by itself.
    expect(forgotten).toBe(name.includes('Redis') ? 0 : 1);
    expect(await at.store.runIds.find(old)).toBeUndefined();
    expect(await at.store.runIds.find(young)).toEqual(young);
  });

  test('of runs that were accepted are kept until the log has an event of them', async () => {
    const accepted = (runId: string) => {
      const userId = `u-${randomUUID()}`;
      const workflowId = `costOptimization/${userId}/${runId}`;
      return { userId, runId, workflowId, threadId: 't1', acceptedAt: new Date().toISOString() };
    };
    const [silent, heard] = [accepted('r1'), accepted('r1')];
    for (const run of [silent, heard, silent]) await at.store.runIds.accept(run);
    expect(await at.other.runIds.unheard({ limit: 10 })).toHaveLength(2);
    expect(await at.other.runIds.unheard({ limit: 1 })).toHaveLength(1);
    await at.store.log.append([thoughtOf(heard.userId, 1)]);
    expect(await at.other.runIds.unheard({ limit: 10 })).toEqual([silent]);
  });
});
