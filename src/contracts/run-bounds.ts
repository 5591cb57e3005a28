/**
 * Bounds of one run, all below those of the Temporal server: past its own, the server refuses each workflow task of the
 * run, or terminates it. Imports nothing, so that workflows may use it.
 */
export const RUN_BOUNDS = {
  /** Agents at work at once. The server takes 2,000 pending activities, and undoing and publishing need some. */
  agentsAtOnce: 1_500,
  /** Local agents at once: the results of all of them are reported in one message of at most 4 MB. */
  localAgentsAtOnce: 100,
  /** Executions that are being undone at once. */
  undosAtOnce: 100,
  /** Questions that wait for an answer at once. */
  questionsAtOnce: 100,
  /** Most bytes of JSON of one question. */
  questionBytes: 100_000,
  /** Agents that one workflow task calls, and the bytes of JSON that it hands to them. */
  callsPerTask: 1_000,
  bytesPerTask: 1_000_000,
  /** Most bytes of JSON that an agent is given, four times its largest result. */
  agentInputBytes: 16_000_000,
  /** Events and bytes of a run's history, at which it ends as `RunTooLarge`. The server terminates it at 51,200 and 50 MB. */
  historyEvents: 40_000,
  historyBytes: 40_000_000,
} as const;

/** What is kept free of the server's own bounds of a history, so that the run can stop, undo and say how it ended. */
export const HISTORY_RESERVE = {
  events: 50_000,
  bytes: 48_000_000,
  /** What an agent at work still writes when it is stopped: its end and the result, which is in the history up to 16 kB. */
  eventsPerAgent: 6,
  bytesPerAgent: 18_000,
  /** What it takes to undo one thing, beside what an agent is given for it. */
  eventsPerUndo: 12,
  bytesPerUndo: 5_000,
} as const;
