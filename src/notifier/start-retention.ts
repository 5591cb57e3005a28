import type { Store } from './open-store.ts';

const DAY_MS = 86_400_000;

type Options = {
  store: Pick<Store, 'log' | 'effects' | 'decisions' | 'runIds'>;
  retentionDays: number;
  /** Wait between two clean-ups in milliseconds. @default 3600000 */
  everyMs?: number;
  onError?: (error: unknown) => void;
};

/** Forgets what is older than the retention. A run that is still open keeps its events, and its calls of tools. */
export async function forgetOld({ store, retentionDays }: Pick<Options, 'store' | 'retentionDays'>): Promise<number> {
  const olderThan = new Date(Date.now() - retentionDays * DAY_MS);
  const { log, effects, decisions, runIds } = store;
  const [oldest] = await log.openRuns();
  // Without its receipt a call would be made again, however long the run waited for an answer.
  const settledBefore = oldest ? new Date(Math.min(Date.parse(oldest.startedAt), olderThan.getTime())) : olderThan;
  const forgotten = [
    await log.prune({ olderThan }),
    await effects.prune({ olderThan: settledBefore }),
    await decisions.prune({ olderThan: settledBefore }),
    await runIds.prune({ olderThan }),
  ];
  return forgotten.reduce((sum, count) => sum + count, 0);
}

/** Cleans up now and then until the returned function is called. Several processes may do it: what is gone is gone. */
export function startRetention({ everyMs = 3_600_000, onError, ...options }: Options): () => Promise<void> {
  let round = Promise.resolve();
  function clean() {
    round = round
      .then(() => forgetOld(options))
      .then(
        () => undefined,
        (error: unknown) => onError?.(error),
      );
  }
  clean();
  const timer = setInterval(clean, everyMs).unref();
  return async function stop() {
    clearInterval(timer);
    await round;
  };
}
