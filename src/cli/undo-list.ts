import { BatonError } from '../contracts/baton-error.ts';

/** How long a step may take unless it says otherwise, in milliseconds. */
const STEP_MS = 5_000;

/**
 * How long a worker may take to end, in milliseconds: its agents have 10 s to finish, those that were then told to stop
 * 5 s, and the SDK a little.
 */
export const WORKER_END_MS = 17_000;

type Undo = () => void | Promise<void>;
type Step = { what: string; undo: Undo; withinMs: number };

async function take({ what, undo, withinMs }: Step) {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new BatonError('NetworkError', `${what} did not end within ${withinMs / 1_000} s; it was left behind`));
  }, withinMs);
  try {
    await Promise.race([Promise.resolve().then(undo), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Things to undo, in reverse order of their making, each within a time of its own. One that fails or takes longer does
 * not keep the others from being undone; the first such error is thrown at the end.
 */
export function undoList() {
  const steps: Step[] = [];
  return {
    /** `what` names it in the error of one that takes too long; `withinMs` is 5 seconds unless given. */
    push: (what: string, undo: Undo, { withinMs = STEP_MS } = {}) => void steps.push({ what, undo, withinMs }),
    async run() {
      const errors: unknown[] = [];
      for (const step of steps.splice(0).reverse()) await take(step).catch((error: unknown) => errors.push(error));
      if (errors.length > 0) throw errors[0];
    },
  };
}

export type UndoList = ReturnType<typeof undoList>;

/** Does the work and then undoes, whatever came of it. Of two errors that of the work is thrown, the other one printed. */
export async function workThenUndo(work: () => Promise<void>, undo: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await undo().catch((failed: unknown) => process.stderr.write(`baton: ${String(failed)}\n`));
    throw error;
  }
  await undo();
}
