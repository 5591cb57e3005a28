import type { EffectAnswer, UnknownEffect } from './agent-call.ts';
import type { NewEvent } from './event.ts';
import type { Failure } from './failure.ts';

/** Input of the activity that undoes what the tools of one agent's execution did. */
export type UndoCall = {
  agent: string;
  agent_run: string;
  /** As in the call that is undone. */
  anew?: number;
  generation: number;
  /** How many calls there were, where that is known. */
  calls?: number;
  /** Events of the workflow that happened before; they ride along. */
  events: NewEvent[];
  effect_answers?: EffectAnswer[];
  /** The run whose effects are undone. @default the one that calls */
  workflow_id?: string;
  /** Incarnation of the effect ledger that the start of that run names. */
  incarnation?: string;
  /** Wait before what could not be undone is tried again, in milliseconds, doubling. @default 500 */
  pause_ms?: number;
};

/** What undoing came to. A call that could not be undone does not keep the others from being undone. */
export type UndoReturn = {
  /** Calls that are undone now, by this execution or an earlier one. */
  undone: number;
  /** Events of the workflow that only an outbox has so far: the workflow delivers them as well. */
  undelivered?: NewEvent[];
  failed: (Omit<UnknownEffect, 'agent_run' | 'parameters'> & { error: Failure })[];
};
