// Runs inside the workflow sandbox.
import { condition } from '@temporalio/workflow';
import { ask, saga, workflow } from '../../src/workflow.ts';

type Given = { what: string; expiresMs?: number };

const cycle: { self?: unknown } = {};
cycle.self = cycle;

/** What JSON cannot hold, or Temporal not carry, each at a path of its own. */
const UNSENDABLE: Record<string, () => unknown> = {
  bigint: () => ({ n: 10n }),
  cycle: () => ({ list: [cycle] }),
  nan: () => ({ rows: [{ cents: NaN }] }),
  map: () => ({ seen: new Map() }),
  large: () => ({ text: 'x'.repeat(4_200_000) }),
};

/** Returns what nobody can be sent. */
export const returnsIt = workflow('returnsIt', async ({ what }: Given) => (UNSENDABLE[what] as () => unknown)());

/** Throws what nobody can be sent, after it had something to undo. */
export const throwsIt = workflow('throwsIt', async ({ what }: Given) =>
  saga(async () => {
    if (what === 'plain') throw new Error('sold out');
    if (what === 'long') throw new Error('x'.repeat(5_000_000));
    if (what === 'odd') throw Object.assign(new Error('odd'), { message: { n: 10n } });
    throw UNSENDABLE[what]?.();
  }),
);

/** Buys what its user wants, and nothing when nobody decides in time. */
export const shop = workflow('shop', async ({ expiresMs = 60_000 }: Given) => {
  const { decision, by } = await ask({ id: 'buy', question: 'Buy it?', options: ['buy', 'leave'], expiresMs });
  return { bought: decision === 'buy', by };
});

/** Ends at once. */
export const brief = workflow('brief', async ({ what }: Given) => ({ said: what }));

/** Goes on until it is cancelled. */
export const endless = workflow('endless', async () => condition(() => false));
