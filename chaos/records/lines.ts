// The records of a campaign: one file of JSON lines for each kind. They are all that the checker knows.

/** What the outside world saw. `receipt` is null where nothing was done. */
export type BankLine = {
  at: number;
  kind: 'charge' | 'refund' | 'reserve' | 'release' | 'put_back';
  owner: string;
  run: string;
  item: string;
  key: string;
  pid: number;
  receipt: string | null;
  refused?: string;
  repeated?: true;
};

/** An event as it stands in a log or on a wire; only what the checker looks at is named. */
export type SeenEvent = {
  seq: number;
  epoch: string;
  id: string;
  type: string;
  at: string;
  user_id: string;
  run_id: string;
  workflow_id: string;
  agent: string | null;
  agent_run: string | null;
  generation: number;
  attempt: number;
  exec: string;
  final: boolean;
  payload: Record<string, unknown>;
};

/** What a client of a user saw. Clients: `ws` is the one that ships, `sse` a plain reader, `http` whoever asks. */
export type ClientLine = { at: number; client: string; user: string } & (
  | { what: 'open'; conn: number; after: number; epoch?: string }
  | { what: 'close'; conn: number }
  | { what: 'hello'; conn: number; epoch: string; head: number }
  | { what: 'event'; conn: number; event: SeenEvent }
  | { what: 'resync'; conn: number; reason: string; seq: number }
  /** Given to the program that uses the client, in this order. */
  | { what: 'given'; seq: number; id: string; epoch: string }
  | { what: 'given_resync'; seq: number; reason: string }
  | { what: 'answer'; began: number; method: string; path: string; status: number; run?: string; body: unknown }
  /** Something done to a run by another way than HTTP. */
  | { what: 'did'; action: 'terminate' | 'signal_decide'; run: string; data?: unknown }
);

/** The event log, as read from its file or its server at the end, or before a fault that destroys it. */
export type LogLine =
  | { what: 'epoch'; log: number; epoch: string }
  /** A user with events whom the log does not list, so that nobody looks after the user's runs. */
  | { what: 'unlisted'; log: number; user: string }
  | { what: 'head'; log: number; user: string; head: number }
  | { what: 'event'; log: number; user: string; seq: number; run_id: string; event: Omit<SeenEvent, 'seq' | 'epoch'> }
  | { what: 'lease'; log: number; pool: string; holder: string; expires_at: number };

/** One Temporal execution; `outcome` is the result, or the details of the failure or the cancel that closed it. */
export type TemporalLine = {
  server: number;
  workflow_id: string;
  temporal_run: string;
  type: string;
  status: string;
  started_at: number;
  closed_at: number | null;
  outcome: unknown;
  message: string | null;
};

export type FaultLine = {
  at: number;
  /** Place in the plan; null for what no plan asked for. */
  n: number | null;
  fault: string;
  phase: 'begins' | 'ends' | 'note' | 'skipped';
  note?: string;
};

/** What processes and stores hold. */
export type LeakLine =
  | {
      what: 'process';
      when: 'warm' | 'quiet';
      name: string;
      pid: number;
      fds: number;
      sockets: number;
      rss_mb: number;
      children: number;
    }
  | { what: 'spool'; files: number; bytes: number }
  | { what: 'temp'; files: string[] }
  | { what: 'unexpected_end'; at: number; name: string; pid: number; code: string; said: string };
