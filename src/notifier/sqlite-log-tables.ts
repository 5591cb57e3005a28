/** Tables of the event log. */
export const LOG_TABLES = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS users (user_id TEXT PRIMARY KEY, head INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
  user_id TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL UNIQUE, run_id TEXT NOT NULL,
  workflow_id TEXT NOT NULL, at TEXT NOT NULL, json TEXT NOT NULL,
  PRIMARY KEY (user_id, seq)
) STRICT;
CREATE INDEX IF NOT EXISTS events_of_run ON events (user_id, run_id, seq);
CREATE TABLE IF NOT EXISTS agents (
  workflow_id TEXT NOT NULL, agent_run TEXT NOT NULL, generation INTEGER NOT NULL,
  scheduled INTEGER NOT NULL, attempt INTEGER NOT NULL, final INTEGER NOT NULL,
  PRIMARY KEY (workflow_id, agent_run)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
  workflow_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, run_id TEXT NOT NULL, generation INTEGER NOT NULL,
  started_at TEXT NOT NULL, ended_at TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS run_ends (
  workflow_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, run_id TEXT NOT NULL, generation INTEGER NOT NULL,
  status TEXT NOT NULL, ended_at TEXT NOT NULL, outcome BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS run_ends_by_end ON run_ends (ended_at);
CREATE INDEX IF NOT EXISTS open_runs ON runs (started_at) WHERE ended_at IS NULL;
`;
