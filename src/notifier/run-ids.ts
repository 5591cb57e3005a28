/** Who has a run id of a user: the first request that claimed it. */
export type RunClaim = {
  userId: string;
  runId: string;
  /** Workflow type. */
  workflow: string;
  /** Tells the same request from another one. */
  requestSha256: string;
  /** ISO 8601 UTC: the run is closed by then. */
  endsBy: string;
};

/** A run whose caller was told that it is started. */
export type AcceptedRun = {
  userId: string;
  runId: string;
  workflowId: string;
  threadId: string;
  /** ISO 8601 UTC. */
  acceptedAt: string;
};

export type RunIdKey = Pick<RunClaim, 'userId' | 'runId'>;

/**
 * Run ids, claimed before a run is started: a workflow id names one workflow, so Temporal alone would let a user have the
 * same run id in two workflows. A claim outlives a crash before the start; the same request then starts its run.
 */
export type RunIds = {
  /** The first claim of an id wins; whoever comes later gets that one back. */
  claim(claim: RunClaim): Promise<{ first: boolean; claim: RunClaim }>;
  find(key: RunIdKey): Promise<RunClaim | undefined>;
  /** Records that a run was accepted, until the log has an event of it: nobody else knows of one that is lost before. */
  accept(run: AcceptedRun): Promise<void>;
  /** Accepted runs of which the log has no event yet, any `limit` of them. Forgets those of which it has. */
  unheard(options: { limit: number }): Promise<AcceptedRun[]>;
  /** Forgets ids of runs that had to be closed before; returns how many. */
  prune(options: { olderThan: Date }): Promise<number>;
};
