import { setTimeout as sleep } from 'node:timers/promises';
import type { TemporalBindings } from '../notifier/temporal-binding.ts';
import { foreignTemporal, identify, type Temporal } from './temporal-identity.ts';

/** Wait after a server did not answer, in milliseconds: the next one to answer may be another. */
const AFTER_SILENCE_MS = 100;

type Options = {
  /** By the very connection that is watched: what it reaches, the others of a process may not reach yet. */
  temporal: Temporal;
  binding: TemporalBindings;
  /** Wait between two looks in milliseconds. @default 1000 */
  everyMs?: number;
  /** Called once, when another Temporal answers than the one that the log belongs to. */
  onForeign: (error: Error) => void;
};

/** Watches that the Temporal at an address stays the one that the log belongs to. Returns what ends it. */
export function watchTemporal({ temporal, binding, everyMs = 1_000, onForeign }: Options): () => Promise<void> {
  const ended = new AbortController();
  const { signal } = ended;

  async function look(): Promise<number> {
    try {
      const identified = await identify(temporal, binding, { withCluster: false });
      if (identified.standing !== 'foreign') return everyMs;
      ended.abort();
      onForeign(foreignTemporal(temporal, identified, binding));
    } catch {
      // Neither a server nor a store that is away says who is there.
    }
    return AFTER_SILENCE_MS;
  }

  async function watch() {
    while (!signal.aborted) await sleep(await look(), undefined, { signal, ref: false }).catch(() => undefined);
  }
  const watching = watch();

  return async function stop() {
    ended.abort();
    await watching;
  };
}
