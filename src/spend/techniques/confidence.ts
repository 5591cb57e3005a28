import type { Certainty } from './technique.ts';

const START: Record<Certainty, number> = { price: 0.95, behaviour: 0.75, exposure: 0.5 };

export type ConfidenceOptions = {
  certainty: Certainty;
  /** Length of the data. Under 7 days a week's rhythm is not seen: x 0.9. */
  windowDays: number;
  /** A price taken from a model whose name only starts the same: x 0.9. */
  priceMatch: 'exact' | 'prefix' | 'none';
  /** Highest value allowed, e.g. 0.6 for a model change without evaluations. @default 1 */
  cap?: number;
};

/** How far an expected figure can be trusted, 0 to 1. A fixed rule, so that the same input always gives the same answer. */
export function confidence({ certainty, windowDays, priceMatch, cap = 1 }: ConfidenceOptions): number {
  const value = START[certainty] * (priceMatch === 'exact' ? 1 : 0.9) * (windowDays < 7 ? 0.9 : 1);
  return Math.round(Math.min(cap, value) * 1000) / 1000;
}
