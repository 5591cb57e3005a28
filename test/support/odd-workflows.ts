import { agents, ask, saga, workflow } from 'baton-agents/workflow';
import { NOT_JSON } from './odd-values.ts';

type Outcome = { success: boolean; result?: unknown; error?: { type: string; message: string } };
type Called = Record<string, { (input: unknown): Promise<unknown>; outcome(input: unknown): Promise<Outcome> }>;

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

/** Gives its input to an agent, and the agent's result back. */
export const relay = workflow('relay', async (input: unknown) => (agents() as unknown as Called).relaying?.(input));

/** Gives an agent what is not JSON, one after the other, and says what came of each. */
export const careless = workflow('careless', async () => {
  const said: string[] = [];
  for (const [, make] of NOT_JSON) {
    const { success, error } = (await (agents() as unknown as Called).relaying?.outcome({ at: make() })) as Outcome;
    said.push(success ? 'taken' : `${error?.type}: ${error?.message}`);
  }
  return said;
});

/** Calls an agent, asks and registers an undo, each with an option whose name is misspelled; says what came of each. */
export const misspelling = workflow('misspelling', async () => {
  const { echo } = agents() as unknown as Record<string, (input: unknown, options: object) => Promise<unknown>>;
  const calls: (() => Promise<unknown> | undefined)[] = [
    () => echo?.(1, { agentrun: 'first' }),
    () => echo?.(1, { limits: { timeOutMs: 1_000 } }),
    () => ask({ question: 'Now?', option: ['yes'] } as never),
    () => saga(async (undo) => undo({ agent: 'echo', input: 1, off: 'x' } as never)),
  ];
  const said: string[] = [];
  for (const call of calls) {
    try {
      await call();
      said.push('taken');
    } catch (error) {
      said.push(error instanceof Error ? error.message : String(error));
    }
  }
  return said;
});
