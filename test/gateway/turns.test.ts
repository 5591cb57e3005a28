import { expect, test } from '@jest/globals';
import { createTurns } from '../../src/gateway/turns.ts';

/** Work that ends when it is let, and says when it begins. */
function recorded() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    work: (name: string) => () => {
      begun.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    },
    end: (name: string) => ends.get(name)?.(),
  };
}

test('users take turns, whoever sent how much before', async () => {
  const inTurn = createTurns({ atOnce: 1 });
  const { begun, work, end } = recorded();
  const names = ['ann 1', 'ann 2', 'ann 3', 'bea 1', 'cleo 1', 'bea 2'];
  const done = names.map((name) => inTurn(name.split(' ')[0] as string, work(name)));
  for (const name of ['ann 1', 'ann 2', 'bea 1', 'cleo 1', 'ann 3', 'bea 2']) {
    expect(begun.at(-1)).toBe(name);
    end(name);
    await done[names.indexOf(name)];
    await Promise.resolve();
  }
});

test('one user never has two pieces under way, and other users need not wait for them', async () => {
  const inTurn = createTurns({ atOnce: 2 });
  const { begun, work } = recorded();
  for (const name of ['ann 1', 'ann 2', 'bea 1', 'cleo 1']) void inTurn(name.split(' ')[0] as string, work(name));
  expect(begun).toEqual(['ann 1', 'bea 1']);
});

test('what fails gives its turn on, and too much of one user is refused', async () => {
  const inTurn = createTurns({ atOnce: 1, waitingPerUser: 1 });
  const failing = inTurn('ann', async () => Promise.reject(new Error('no ledger')));
  const second = inTurn('ann', async () => 'second');
  expect(() => inTurn('ann', async () => 'third')).toThrow('1 of your requests wait');
  await expect(failing).rejects.toThrow('no ledger');
  await expect(second).resolves.toBe('second');
});
