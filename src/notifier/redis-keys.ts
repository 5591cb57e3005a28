/**
 * Names of the keys. What belongs to one user has one hash tag, so that a cluster keeps it on one node and a script may
 * touch all of it; ids are percent-encoded, so that no id can close the tag.
 */
export function redisKeys(prefix: string) {
  const ofUser = (userId: string) => `${prefix}:{${encodeURIComponent(userId)}}`;
  return {
    epoch: `${prefix}:epoch`,
    /** Which start of Redis the epoch is of; on the epoch's node. */
    server: `{${prefix}:epoch}:server`,
    /** Written to see whether writes are taken. */
    probe: `${prefix}:probe`,
    /** Which Temporal the log belongs to. */
    temporal: `${prefix}:temporal`,
    users: `${prefix}:users`,
    /** Runs that were accepted and may have said nothing yet, by workflow id; whoever reads it checks each. */
    accepted: `${prefix}:accepted`,
    /** Runs that may be open, by generation and workflow id; whoever reads it checks each. */
    open: `${prefix}:open`,
    wake: (userId: string) => `${ofUser(userId)}:wake`,
    stream: (userId: string) => `${ofUser(userId)}:events`,
    head: (userId: string) => `${ofUser(userId)}:head`,
    run: (userId: string, workflowId: string) => `${ofUser(userId)}:run:${workflowId}`,
    runId: (userId: string, runId: string) => `${ofUser(userId)}:run-id:${runId}`,
    ids: (userId: string, workflowId: string) => `${ofUser(userId)}:ids:${workflowId}`,
    /** How a run ended and what it came to; kept as long as its events. */
    end: (userId: string, workflowId: string) => `${ofUser(userId)}:end:${workflowId}`,
  };
}

export type RedisKeys = ReturnType<typeof redisKeys>;
