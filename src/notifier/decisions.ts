/** What a person decided, under the key of what was asked. */
export type Decision = {
  workflowId: string;
  approvalId: string;
  userId: string;
  decision: string;
  by: string;
  /** ISO 8601 UTC. */
  at: string;
  comment?: string;
  data?: unknown;
};

type DecisionKey = Pick<Decision, 'workflowId' | 'approvalId'>;

/**
 * Decisions are recorded here before the workflow hears of them, so that accepting one survives whatever happens next:
 * what was not delivered is delivered later.
 */
export type Decisions = {
  /** The first decision on a question wins; whoever comes later gets that one back. */
  decide(decision: Decision): Promise<{ first: boolean; decision: Decision }>;
  get(key: DecisionKey): Promise<Decision | undefined>;
  /** Decisions that no workflow has acknowledged, oldest first. */
  undelivered(options?: { limit?: number }): Promise<Decision[]>;
  markDelivered(key: DecisionKey): Promise<void>;
  /** Forgets delivered decisions that are older; returns how many. */
  prune(options: { olderThan: Date }): Promise<number>;
};
