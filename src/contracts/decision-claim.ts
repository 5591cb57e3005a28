import type { DecisionMessage } from './run-messages.ts';

/** Input of `baton.claim`: the answer that is to stand, unless the store has another one of the same question. */
export type DecisionClaim = DecisionMessage & {
  user_id: string;
  workflow_id: string;
  /** ISO 8601 UTC. */
  at: string;
};
