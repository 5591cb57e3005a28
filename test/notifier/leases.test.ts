import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openTwice, SIDE_STORES } from './side-stores.ts';

describe.each(SIDE_STORES)('leases in %s', (_name, newPlace) => {
  const at = openTwice(newPlace);

  const ttlMs = 60_000;
  const newPool = (limit: number) => ({ name: `p-${randomUUID()}`, limit });
  const by = (holder: string, exec = '1') => ({ holder, exec });

  test('grant as many places as there are, and name the pool that is full', async () => {
    const pools = [newPool(2)];
    for (const holder of ['a', 'b']) {
      expect((await at.store.leases.acquire({ ...by(holder), pools, ttlMs })).granted).toBe(true);
    }
    expect(await at.other.leases.acquire({ ...by('c'), pools, ttlMs })).toEqual({
      granted: false,
      full: pools[0]?.name,
    });
  });

  test('give a place in every pool or in none', async () => {
    const [narrow, wide] = [newPool(1), newPool(5)];
    await at.store.leases.acquire({ ...by('a'), pools: [narrow], ttlMs });
    const refused = await at.store.leases.acquire({ ...by('b'), pools: [wide, narrow], ttlMs });
    expect(refused).toEqual({ granted: false, full: narrow.name });
    expect(await at.store.leases.taken({ pool: wide.name })).toBe(0);
  });

  test('free a place when it is released, and only by the attempt that has it', async () => {
    const pools = [newPool(1)];
    await at.store.leases.acquire({ ...by('a', '1'), pools, ttlMs });
    await at.store.leases.acquire({ ...by('a', '2'), pools, ttlMs });
    await at.store.leases.release({ ...by('a', '1'), pools });
    expect((await at.other.leases.acquire({ ...by('b'), pools, ttlMs })).granted).toBe(false);
    await at.store.leases.release({ ...by('a', '2'), pools });
    expect((await at.other.leases.acquire({ ...by('b'), pools, ttlMs })).granted).toBe(true);
  });

  test('let the next attempt of the same agent take its place over', async () => {
    const pools = [newPool(1)];
    await at.store.leases.acquire({ ...by('a', '1'), pools, ttlMs });
    expect((await at.other.leases.acquire({ ...by('a', '2'), pools, ttlMs })).granted).toBe(true);
    expect(await at.store.leases.renew({ ...by('a', '1'), pools, ttlMs })).toBe(false);
    expect(await at.other.leases.renew({ ...by('a', '2'), pools, ttlMs })).toBe(true);
  });

  test('expire where nobody renews them', async () => {
    const pools = [newPool(1)];
    await at.store.leases.acquire({ ...by('a'), pools, ttlMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await at.store.leases.taken({ pool: pools[0]?.name ?? '' })).toBe(0);
    expect(await at.store.leases.renew({ ...by('a'), pools, ttlMs })).toBe(false);
    expect((await at.other.leases.acquire({ ...by('b'), pools, ttlMs })).granted).toBe(true);
  });

  test('never exceed the limit however many ask at once', async () => {
    const pools = [newPool(3)];
    const asked = Array.from({ length: 30 }, (_, i) =>
      (i % 2 ? at.store : at.other).leases.acquire({ ...by(`h${i}`), pools, ttlMs }),
    );
    expect((await Promise.all(asked)).filter(({ granted }) => granted)).toHaveLength(3);
  });

  test('reserve calls so that no window holds more than allowed, in the order of asking', async () => {
    const limit = { bucket: `b-${randomUUID()}`, calls: 3, perMs: 60_000, maxWaitMs: Infinity };
    const waits: number[] = [];
    for (let i = 0; i < 7; i += 1) waits.push((await (i % 2 ? at.store : at.other).leases.reserve(limit)).waitMs);
    expect(waits.slice(0, 3)).toEqual([0, 0, 0]);
    for (const wait of waits.slice(3, 6)) expect(Math.ceil(wait / 10_000)).toBe(6);
    expect(Math.ceil((waits[6] ?? 0) / 10_000)).toBe(12);
  });

  test('reserve nothing where the wait would be too long', async () => {
    const limit = { bucket: `b-${randomUUID()}`, calls: 1, perMs: 60_000, maxWaitMs: 1_000 };
    await at.store.leases.reserve(limit);
    for (let i = 0; i < 3; i += 1) {
      const { reserved, waitMs } = await at.other.leases.reserve(limit);
      expect({ reserved, soon: waitMs > 60_000 }).toEqual({ reserved: false, soon: false });
    }
  });
});
