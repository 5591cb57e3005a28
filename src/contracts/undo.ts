/**
 * One registered compensation, as data, so that it survives a run that continues as new. Either an agent that undoes
 * something, or the tools' own `compensate` for what an agent's execution did according to the effect ledger.
 */
export type Undo =
  | {
      agent: string;
      input: unknown;
      step?: string | null;
      /** The `agent_run` whose work is undone. @default the next one that is called after this was registered */
      of?: string;
    }
  | { undo: string; anew?: number; agent: string; step?: string | null };
