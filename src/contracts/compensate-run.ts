import type { NewEvent } from './event.ts';
import type { EffectsUndo } from './undo.ts';
import type { UserContext } from './user-context.ts';

/** Input of `compensateRun`: what a run that was closed from outside has left to undo, and how its feed ends then. */
export type CompensateRun = {
  context: Pick<UserContext, 'user_id' | 'thread_id' | 'run_id' | 'request_id'>;
  /** The run whose effects are undone. */
  workflow_id: string;
  generation: number;
  /** As in that run's start. */
  incarnation?: string;
  /** Executions whose tools did something, in the order of their first calls; undone in reverse. */
  undos: EffectsUndo[];
  /** Last event of the run, told once everything is undone. */
  end: NewEvent;
};
