/** How the attempts of one activity ended so far, by what they count as. */
export type AttemptCounts = {
  failures: number;
  /** Attempts that only found out that they must wait, for a limit or for a store that was down. */
  waits: number;
  /** Attempts that a shutdown, a pause or a reset ended. */
  interruptions: number;
};

/** `none`: the attempt counts as nothing, because its activity is over or another attempt has taken over. */
export type AttemptEnd = keyof AttemptCounts | 'none';

/** One attempt of an activity: `exec` names it, `activity` the Temporal run and activity, `<run>/<id>`, that are counted. */
export type Attempt = { workflowId: string; agentRun: string; activity: string; exec: string };

export type Opened = {
  counts: AttemptCounts;
  /** Earlier attempts whose process died while they were open. */
  lost: number;
  /** Earlier attempts that were open when this one came, and of which no attempt before this one knew. */
  unheard: number;
};

/**
 * Keeps how attempts began and ended where it survives their processes, Temporal's server and an operator's reset. A loss
 * is an attempt that was opened and never closed and whose process is dead. On its own machine a process can be looked
 * up; of any other one it is a guess: it is taken for dead once it has not closed the attempt for `UNHEARD_MS` after the
 * next one was opened. A guess that was wrong is corrected when that process closes the attempt after all.
 */
export type Attempts = {
  /** `attempt` is the server's number: one that is not above the last one was reset, and all counts begin anew. */
  open(options: Attempt & { attempt: number }): Promise<Opened>;
  /** The process is about to end in order: should it be killed now, the attempt is not lost. */
  leave(options: Attempt): Promise<void>;
  /** `last`: no other attempt follows, so that nothing need be kept. Does nothing where the attempt is not known. */
  close(options: Attempt & { as: AttemptEnd; last: boolean }): Promise<void>;
  /**
   * How many attempts agents have begun whose activity is not over, by name; those that only waited do not count. 0 of an
   * agent that no worker took.
   *
   * @param options.temporalRun the Temporal run that the activities belong to
   */
  count(options: {
    workflowId: string;
    temporalRun: string;
    agentRuns: readonly string[];
  }): Promise<Record<string, number>>;
  /** Keeps the attempt open and counts it as lost, though its process lives: it stood still. */
  stalled(options: Attempt): Promise<void>;
};
