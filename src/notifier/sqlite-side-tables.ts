/** Tables of the stores beside the event log, in the same file. */
export const SIDE_TABLES = `
CREATE TABLE IF NOT EXISTS effects (
  workflow_id TEXT NOT NULL, agent_run TEXT NOT NULL, tool TEXT NOT NULL, input_hash TEXT NOT NULL,
  occurrence INTEGER NOT NULL, n INTEGER NOT NULL, agent TEXT NOT NULL, call_id TEXT NOT NULL, state TEXT NOT NULL,
  round INTEGER NOT NULL, input TEXT NOT NULL, receipt TEXT, generation INTEGER NOT NULL,
  scheduled INTEGER NOT NULL, attempt INTEGER NOT NULL, deadline_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (workflow_id, agent_run, tool, input_hash, occurrence)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS effect_fences (
  workflow_id TEXT NOT NULL, agent_run TEXT NOT NULL, generation INTEGER NOT NULL,
  scheduled INTEGER NOT NULL, attempt INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (workflow_id, agent_run)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS effect_openings (
  workflow_id TEXT NOT NULL, agent_run TEXT NOT NULL, incarnation TEXT NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (workflow_id, agent_run)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS attempts (
  workflow_id TEXT NOT NULL, agent_run TEXT NOT NULL, activity TEXT NOT NULL, attempt INTEGER NOT NULL,
  failures INTEGER NOT NULL, waits INTEGER NOT NULL, interruptions INTEGER NOT NULL, open TEXT NOT NULL,
  updated_at INTEGER NOT NULL, PRIMARY KEY (workflow_id, agent_run)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS leases (
  pool TEXT NOT NULL, holder TEXT NOT NULL, exec TEXT NOT NULL, expires_at INTEGER NOT NULL,
  PRIMARY KEY (pool, holder)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rate_calls (bucket TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS rate_calls_of_bucket ON rate_calls (bucket, at);
CREATE TABLE IF NOT EXISTS decisions (
  workflow_id TEXT NOT NULL, approval_id TEXT NOT NULL, at TEXT NOT NULL, json TEXT NOT NULL,
  delivered INTEGER NOT NULL, PRIMARY KEY (workflow_id, approval_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS run_ids (
  user_id TEXT NOT NULL, run_id TEXT NOT NULL, workflow TEXT NOT NULL, request_sha256 TEXT NOT NULL,
  ends_by TEXT NOT NULL, PRIMARY KEY (user_id, run_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accepted_runs (
  workflow_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, run_id TEXT NOT NULL, thread_id TEXT NOT NULL,
  accepted_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS run_ids_by_end ON run_ids (ends_by);
CREATE INDEX IF NOT EXISTS undelivered ON decisions (at) WHERE delivered = 0;
`;
