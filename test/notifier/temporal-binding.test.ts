import { describe, expect, test } from '@jest/globals';
import type { TemporalBinding } from '../../src/notifier/temporal-binding.ts';
import { openTwice, SIDE_STORES } from './side-stores.ts';

function bindingTo(namespaceId: string): TemporalBinding {
  const where = { namespace: 'default', address: '127.0.0.1:7233', embedded: null };
  return { namespaceId, clusterId: 'c1', ...where, by: 'ann@desk', at: `2026-11-24T03:00:00.00${namespaceId}Z` };
}
const [first, second, third, fourth] = ['1', '2', '3', '4'].map(bindingTo) as [
  TemporalBinding,
  TemporalBinding,
  TemporalBinding,
  TemporalBinding,
];

describe.each(SIDE_STORES)('the Temporal of a log in %s', (_name, newPlace) => {
  const at = openTwice(newPlace);

  test('is the first that is recorded, until it is rebound by whoever knows it', async () => {
    const { binding } = at.store;
    const other = at.other.binding;
    expect(await binding.read()).toBeUndefined();
    const bound = { current: first, earlier: [] };
    expect(await binding.bind(first)).toEqual(bound);
    expect(await other.bind(second)).toEqual(bound);
    expect(await other.read()).toEqual(bound);

    const rebound = { current: second, earlier: [first] };
    expect(await binding.rebind({ from: first, to: second })).toEqual(rebound);
    // Somebody else has rebound it since this one looked.
    expect(await other.rebind({ from: first, to: third })).toEqual(rebound);
    expect(await other.rebind({ from: second, to: fourth })).toEqual({ current: fourth, earlier: [second, first] });
  });

  test('keeps the latest fifty of the earlier ones', async () => {
    const { binding } = at.store;
    for (let n = 0; n < 55; n += 1) {
      const now = await binding.bind(first);
      await binding.rebind({ from: now.current, to: bindingTo(`${5 + n}`) });
    }
    expect((await binding.read())?.earlier).toHaveLength(50);
  });
});
