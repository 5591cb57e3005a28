import { agents, workflow } from 'baton-agents/workflow';

type Called = Record<string, (input: unknown) => Promise<unknown>>;

/** Asks of its agents what JavaScript and a typing error ask. */
export const strangers = workflow('strangers', async () => {
  const own = agents() as unknown as Called;
  const said = (error: unknown) => (error instanceof Error ? error.message : String(error));
  return {
    shown: String(own),
    awaited: typeof (await own),
    unknown: await own.ecko?.({}).catch(said),
    inherited: await own.constructor_?.({}).catch(said),
  };
});

/** Gives back what it gets. */
export const mirror = workflow('mirror', async (input: unknown) => ({ got: input, type: typeof input }));
