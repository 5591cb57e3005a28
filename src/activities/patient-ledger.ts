import { setTimeout } from 'node:timers/promises';
import type { EffectLedger } from '../notifier/effect-ledger.ts';

/** Pauses between two questions to a ledger that is down, in milliseconds: the first one, doubling up to the longest. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

type Options = {
  signal: AbortSignal;
  /** How long a ledger that is down is waited for, in milliseconds. */
  forMs: number;
};

/**
 * The effect ledger for whoever undoes: an outage of it is waited out. Attempts that end for it would use up those which
 * are meant for what cannot be undone, and then nobody would undo the rest.
 */
export function patientLedger(ledger: EffectLedger, { signal, forMs }: Options) {
  const endsAt = Date.now() + forMs;

  async function answered<T>(ask: () => Promise<T>): Promise<T> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return await ask();
      } catch (error) {
        if (Date.now() + pauseMs > endsAt) throw error;
      }
      await setTimeout(pauseMs, undefined, { signal });
    }
  }

  return {
    fence: (options) => answered(() => ledger.fence(options)),
    list: (options) => answered(() => ledger.list(options)),
    settle: (options) => answered(() => ledger.settle(options)),
    compensated: (options) => answered(() => ledger.compensated(options)),
  } satisfies Partial<EffectLedger>;
}

export type PatientLedger = ReturnType<typeof patientLedger>;
