import type { BatonError } from '../contracts/baton-error.ts';

/** What a process may say of its store: that it is away and why, again while it stays away, and that it is back. */
export type OutageReport =
  | { state: 'away'; store: string; error: BatonError; forMs: number }
  | { state: 'back'; store: string; forMs: number };

/** A line for a log. */
export function outageLine({ store, forMs, ...report }: OutageReport): string {
  const seconds = `${Math.round(forMs / 1_000)} s`;
  if (report.state === 'back') return `the event log ${store} answers again, after ${seconds}`;
  const waits = 'runs wait for it and continue by themselves';
  return `${report.error.message}; ${forMs < 1_000 ? waits : `for ${seconds} now`}`;
}

type Options = {
  store: string;
  /** Writes to the store; resolves once it takes writes. */
  probe: () => Promise<void>;
  report: (report: OutageReport) => void;
  /** Wait between two probes while the store is away, in milliseconds. @default 1000 */
  probeMs?: number;
  /** How often an outage that lasts is reported again, in milliseconds. @default 60000 */
  repeatMs?: number;
};

/**
 * Reports an outage of a store and its end; one that lasts, or that follows another closely, at most once a minute. A
 * store that takes no writes may well answer reads, so an outage ends when a write of the watch's own succeeds.
 */
export function watchOutages({ store, probe, report, probeMs = 1_000, repeatMs = 60_000 }: Options) {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let since = 0;
  let reportedAt = -Infinity;
  let isReported = false;

  function say(error: BatonError) {
    const now = performance.now();
    if (now - reportedAt < repeatMs) return;
    reportedAt = now;
    isReported = true;
    report({ state: 'away', store, error, forMs: now - since });
  }

  function look() {
    probe().then(
      () => {
        timer = undefined;
        if (isReported && !closed) report({ state: 'back', store, forMs: performance.now() - since });
      },
      (error: BatonError) => {
        if (closed) return;
        say(error);
        timer = setTimeout(look, probeMs).unref();
      },
    );
  }

  return {
    away(error: BatonError) {
      if (closed || timer !== undefined) return;
      since = performance.now();
      isReported = false;
      say(error);
      timer = setTimeout(look, probeMs).unref();
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
