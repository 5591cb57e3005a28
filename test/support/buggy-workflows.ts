// Runs inside the workflow sandbox. Each workflow has a bug that a developer makes.
import { CancellationScope, sleep } from '@temporalio/workflow';
import { agents, ask, saga, workflow } from '../../src/workflow.ts';
import type app from './buggy-app.ts';

const { blind, endless, fails, local, quick, lender } = agents<typeof app>();

/** Ignores an agent that fails, and calls others for ever. */
export const ignoresFailure = workflow('ignoresFailure', async (_input: object) => {
  await saga(async (undo) => {
    undo({ agent: 'quick', input: { undo: true } });
    await quick({});
  });
  void endless({});
  void fails({});
  for (let n = 0; ; n += 1) await quick({ n });
});

/** Calls an agent that its app does not have, and ignores that. */
export const ignoresRefusal = workflow('ignoresRefusal', async (_input: object) => {
  void (agents() as unknown as { nobody: typeof quick }).nobody({});
  return 'nobody noticed';
});

/** Waits for an agent long after it has failed, beside another one. */
export const waitsLate = workflow('waitsLate', async (_input: object) => {
  const failing = fails({});
  await sleep(300);
  const [first, second] = await Promise.allSettled([quick({ me: 1 }), failing]);
  return [first.status, second.status];
});

/** Forgets to wait for a function of its own. */
export const forgetsFunction = workflow('forgetsFunction', async (_input: object) => {
  async function pay() {
    throw new Error('nobody waits for me');
  }
  void pay();
  await endless({});
});

/** Goes on whatever happens. */
export const ignoresStop = workflow('ignoresStop', async (_input: object) => {
  for (;;) {
    try {
      await endless({});
    } catch {
      // Try again.
    }
  }
});

/** Sleeps on whatever happens. */
export const sleepsOn = workflow('sleepsOn', async (_input: object) => {
  await quick({});
  for (;;) {
    try {
      await sleep(60_000);
    } catch {
      // Sleep again.
    }
  }
});

export const waitsInVain = workflow('waitsInVain', (_input: object) => new Promise<never>(() => undefined));

type Thrown = 'undefined' | 'text' | 'long' | 'frozen' | 'cycle' | 'hostile' | 'null-prototype' | 'symbol';

function oddity(what: Thrown): unknown {
  const cycle: Error & { cause?: unknown } = new Error('it goes round');
  cycle.cause = cycle;
  switch (what) {
    case 'undefined':
      return undefined;
    case 'text':
      return 'out of luck';
    case 'long':
      return new Error('x'.repeat(5_000_000));
    case 'frozen':
      return Object.freeze(new Error('cold'));
    case 'cycle':
      return cycle;
    case 'null-prototype':
      return Object.create(null);
    case 'symbol':
      return Symbol('sign');
    case 'hostile':
      return {
        toString() {
          throw new Error('no text');
        },
      };
  }
}

export const throwsOddly = workflow('throwsOddly', async ({ what }: { what: Thrown }) => {
  throw oddity(what);
});

/** Leaves work behind that calls an agent later. */
export const leavesWork = workflow('leavesWork', async (_input: object) => {
  void (async () => {
    for (let n = 0; ; n += 1) await quick({ n });
  })();
  void endless({});
  await quick({ last: true });
  return 'done';
});

/** Calls an agent this many times at once. */
export const callsMany = workflow('callsMany', async ({ times, stay }: { times: number; stay?: boolean }) => {
  const agent = stay ? endless : quick;
  const results = await Promise.all(Array.from({ length: times }, (_, n) => agent({ n })));
  return results.length;
});

/** Fills its history: each result of a local agent is in it. */
export const fillsHistory = workflow('fillsHistory', async ({ bytes }: { bytes: number }) => {
  await saga(async (undo) => {
    undo({ agent: 'quick', input: { undo: true } });
    await quick({});
  });
  const text = 'x'.repeat(16_000);
  let calls = 0;
  for (; calls < bytes / text.length; calls += 1) await local({ text });
  return calls;
});

/** Asks so many questions at once. */
export const asksMany = workflow('asksMany', async ({ times }: { times: number }) => {
  const asked = Array.from({ length: times }, (_, n) => ask({ id: `q${n}`, question: `Number ${n}?` }));
  return (await Promise.all(asked)).length;
});

/** Gives an agent limits, or an input, that Temporal does not take. */
export const demandsMuch = workflow(
  'demandsMuch',
  async ({ limits, bytes = 1 }: { limits?: Record<string, number>; bytes?: number }) => {
    const { error } = await blind.outcome({ text: 'x'.repeat(bytes) }, { limits });
    return error?.type ?? 'completed';
  },
);

/** Does many things that are undone when it fails. */
export const undoesMany = workflow('undoesMany', async ({ times }: { times: number }) => {
  await saga(async (undo) => {
    for (let n = 0; n < times; n += 1) undo({ agent: 'quick', input: { n } });
    await quick({});
  });
  await fails({});
});

/** Registers so many things to undo, and calls a local agent for ever. */
export const neverEnds = workflow('neverEnds', async ({ undos }: { undos: number }) => {
  await saga(async (undo) => {
    for (let n = 0; n < undos; n += 1) undo({ agent: 'blind', input: { n } });
    await quick({});
  });
  for (let n = 0; ; n += 1) await local({ n });
});

/** Forgets to wait for one agent, and cleans up when it is cancelled while it waits for another. */
export const cleansUp = workflow('cleansUp', async (_input: object) => {
  void endless({ forgotten: true });
  try {
    await endless({});
  } catch (error) {
    await CancellationScope.nonCancellable(async () => {
      for (let n = 0; n < 3; n += 1) await quick({ n });
    });
    throw error;
  }
});

/** Registers something that nobody can undo, after something that can be. */
export const registersNonsense = workflow('registersNonsense', ({ entry }: { entry?: { agent: string } }) =>
  saga(async (undo) => {
    undo({ agent: 'quick', input: { undo: true } });
    await quick({});
    undo(entry as { agent: string; input: unknown });
    await quick({});
  }),
);

/** Forgets two sagas that fail side by side, and ends while they undo what they did, by itself or by a failure. */
export const forgetsSagas = workflow('forgetsSagas', async ({ how }: { how: 'returns' | 'fails' }) => {
  const forgotten = [1_200, 600].map((ms) =>
    saga(async (undo) => {
      undo({ agent: 'quick', input: { ms } });
      await lender({ ms });
      throw new Error('it does not go on');
    }),
  );
  for (const one of forgotten) one.catch(() => undefined);
  // By then both undo what they did.
  await local({});
  await quick({});
  await quick({});
  if (how === 'fails') throw new Error('nor does this');
});

/** Registers an undo, does what a tool undoes slowly, and waits. */
export const undoesSlowly = workflow('undoesSlowly', (_input: object) =>
  saga(async (undo) => {
    undo({ agent: 'quick', input: { undo: true } });
    await lender({});
    await endless({});
  }),
);
