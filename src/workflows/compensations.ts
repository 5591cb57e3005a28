// Runs inside the workflow sandbox.
import { CancellationScope } from '@temporalio/workflow';
import type { Compensated } from '../contracts/run.ts';
import type { Undo } from '../contracts/undo.ts';
import type { RunEvents } from './run-events.ts';

/** What undoing one thing came to. */
export type Undone = Pick<Compensated, 'success' | 'error'>;

type Options<Entry> = {
  events: RunEvents;
  /** Undoes one entry; `n` is its place among those that were registered, from 1. */
  perform: (undo: Entry, n: number) => Promise<Undone>;
};

/** Runs registered compensations, last one first. One that fails is reported and does not stop the others. */
export async function runCompensations<Entry extends Undo>(
  undos: Entry[],
  { events, perform }: Options<Entry>,
): Promise<Compensated[]> {
  const done: Compensated[] = [];

  async function guarded(undo: Entry, n: number): Promise<Undone> {
    try {
      return await perform(undo, n);
    } catch (thrown) {
      const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
      const message = cause instanceof Error ? cause.message : String(cause);
      return { success: false, error: { type: 'AgentFailed', message } };
    }
  }

  // The run may be cancelled already, or be cancelled now: what was begun must be undone all the same.
  await CancellationScope.nonCancellable(async () => {
    while (undos.length > 0) {
      const n = undos.length;
      const undo = undos.pop() as Entry;
      const { agent, step = null } = undo;
      const of = ('undo' in undo ? undo.undo : undo.of) ?? null;
      events.emit('compensation_started', { agent, step, of }, { step });
      const result = await guarded(undo, n);
      events.emit('compensation_completed', { agent, step, of, ...result }, { step });
      done.push({ agent, step, of, ...result });
      // Version 1 told each at once; later ones ride on the next undoing, or with the run's end.
      if (events.engine === 1) await events.publish();
    }
  });
  return done;
}
