/** Which Temporal a server is: its namespace's id, and its cluster's where the caller may read it. */
export type TemporalIdentity = { namespaceId: string; clusterId: string | null };

/** The Temporal whose runs a log records. */
export type TemporalBinding = TemporalIdentity & {
  /** Name of the namespace, and the address at which it was reached. */
  namespace: string;
  address: string;
  /** Path of the database of an embedded server; null where the server is an external one. */
  embedded: string | null;
  /** Who bound the log. */
  by: string;
  /** ISO 8601 UTC. */
  at: string;
};

/** `earlier`: Temporals that the log belonged to before an operator rebound it, latest first. */
export type BindingRecord = { current: TemporalBinding; earlier: TemporalBinding[] };

/** Earlier bindings that are kept. */
const MAX_EARLIER = 50;

/** What a rebinding stores. */
export function rebound({ current, earlier }: BindingRecord, to: TemporalBinding): BindingRecord {
  return { current: to, earlier: [current, ...earlier].slice(0, MAX_EARLIER) };
}

/** The one Temporal that a log belongs to. It is recorded in the log's store, so that every process compares with the same. */
export type TemporalBindings = {
  /** Path or URL of the log, for messages. */
  place: string;
  /** Undefined until the first process has bound the log. */
  read(): Promise<BindingRecord | undefined>;
  /** The first binding wins; whoever comes later gets that one back. */
  bind(binding: TemporalBinding): Promise<BindingRecord>;
  /** Replaces the binding unless it is no longer `from`; returns the one that holds then. */
  rebind(change: { from: TemporalBinding; to: TemporalBinding }): Promise<BindingRecord>;
};
