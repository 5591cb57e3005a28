/** The tools' own `compensate` for what an execution of an agent did, according to the effect ledger. */
export type EffectsUndo = {
  /** The `agent_run` that is undone. */
  undo: string;
  /** As in its call. */
  anew?: number;
  agent: string;
  /** How many calls it had made when it completed, where it could tell: a ledger that has as many has lost none. */
  calls?: number;
};

/**
 * One registered compensation, as data, so that it survives a run that continues as new. Either an agent that undoes
 * something, or what the tools can undo themselves.
 */
export type Undo =
  | {
      agent: string;
      input: unknown;
      step?: string | null;
      /** The `agent_run` whose work is undone. @default the next one that is called after this was registered */
      of?: string;
    }
  | (EffectsUndo & { step?: string | null });
