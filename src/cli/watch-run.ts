import type { RunHandle } from '../client.ts';
import type { BatonEvent } from '../contracts/event.ts';
import type { RunOutcome } from '../contracts/run.ts';
import { isUnavailable } from '../contracts/unavailable.ts';
import { createLiveView } from './live/create-live-view.ts';

type Options = {
  stream: NodeJS.WriteStream;
  /** What to do with each event instead of showing it. */
  view?: (event: BatonEvent) => void;
  signal?: AbortSignal;
};

/**
 * Follows a run to its end on a terminal: events as they come, then the outcome. The outcome is Temporal's word; the
 * feed ends by itself where a run was closed without one. A log that stays down costs its events, not the outcome.
 */
export async function watchRun<Result>(
  run: RunHandle<Result>,
  { stream, view, signal }: Options,
): Promise<RunOutcome<Result>> {
  const live = view ? { onEvent: view, done: () => undefined } : createLiveView({ stream });
  const ended = new AbortController();
  const stop = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
  let isKnown = false;

  /** Through outages of the log of any length, as long as the run goes on: its outcome is waited for as well. */
  async function watch(): Promise<void> {
    for (let after = 0; ;) {
      try {
        for await (const event of run.events({ after, signal: stop })) {
          after = event.seq;
          live.onEvent(event);
        }
        return;
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        process.stderr.write(`${(error as Error).message}\n`);
        if (isKnown) return;
      }
    }
  }

  const watching = watch();
  // Awaited below; until then its failure must not end the process.
  watching.catch(() => undefined);
  try {
    const outcome = await run.result();
    isKnown = true;
    // A run that ended by itself published its end before it closed; one closed from outside never will.
    if (['terminated', 'timed_out'].includes(outcome.status)) ended.abort();
    await watching;
    return outcome;
  } finally {
    ended.abort();
    await watching.catch(() => undefined);
    live.done();
  }
}
