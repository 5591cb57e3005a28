// Runs inside the workflow sandbox.
import { sleep } from '@temporalio/workflow';
import { agents, workflow } from '../../src/workflow.ts';
import type app from './rude-app.ts';

const { polite } = agents<typeof app>();

/** Never gives way. */
export const stuck = workflow('stuck', async () => {
  for (;;);
});

/** Reasons that nobody can make a text of, or not easily, and promises that do not say whose they are. */
const STRAYS = {
  'null-prototype': () => Promise.reject(Object.create(null)),
  symbol: () => Promise.reject(Symbol('stray')),
  textless: () =>
    Promise.reject({
      toString() {
        throw new Error('no text');
      },
    }),
  cycle: () => {
    const error: Error & { cause?: unknown } = new Error('it goes round');
    error.cause = error;
    return Promise.reject(error);
  },
  long: () => Promise.reject(new Error('x'.repeat(5_000_000))),
  nameless: () => Object.assign(Promise.reject(new Error('of nobody')), { constructor: null }),
};

export type Stray = keyof typeof STRAYS;

/** Calls an agent, leaves a promise behind that fails, and goes on. */
export const strays = workflow('strays', async ({ what }: { what: Stray }) => {
  await polite({});
  void STRAYS[what]();
  await sleep(100);
  return 'went on';
});
