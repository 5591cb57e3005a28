import type { RunAgent } from '../isolate/isolate-pool.ts';
import type { Decisions } from '../notifier/decisions.ts';
import type { EffectLedger } from '../notifier/effect-ledger.ts';
import type { Leases } from '../notifier/leases.ts';
import type { Notifier } from '../notifier/notifier.ts';

/** What activities need of the world around them. */
export type Dependencies = {
  notifier: Notifier;
  /** Needed by agents whose tools have an effect. */
  effects?: EffectLedger;
  /** Where answers to questions are claimed; without it the first message that reaches the run stands. */
  decisions?: Decisions;
  /** Needed by agents with a limit of concurrency, and by tools with a limit of rate. */
  leases?: Leases;
  /** Needed by isolated agents; without it agents run inside the worker. */
  runAgent?: RunAgent;
  /** Keeps a large result where the history will look for it. Rejects while that place is down. */
  keepResult?: (result: unknown) => Promise<void>;
  /** Whether this worker was asked to end. */
  isStopping?: () => boolean;
};
