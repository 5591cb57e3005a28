import type { Candidate, SegmentProfile, Signals } from '../../contracts/cost-optimization.ts';
import type { Assumption, Bound, Grade, NotComputable, TechniqueId } from '../../contracts/report.ts';
import type { Duck } from '../duck.ts';
import type { PricedModel } from '../prices/price-book.ts';
import type { Assumptions } from './assumptions.ts';

/** Where a change belongs: 1 settings only (week 1), 2 code (weeks 2-4), 3 quality or contract (month 2 on). */
export type Phase = 1 | 2 | 3;

/**
 * What the confidence starts from: `price`, arithmetic on prices alone; `behaviour`, one assumption about behaviour;
 * `exposure`, the share affected is itself inferred.
 */
export type Certainty = 'price' | 'behaviour' | 'exposure';

type Params = Candidate['params'][Bound];

/** What a technique may look at when it looks for candidates. Table `ledger` in `duck` is the untouched ledger. */
export type Survey = {
  duck: Duck;
  grade: Grade;
  signals: Signals;
  segments: SegmentProfile[];
  assumptions: Assumptions;
  /** Prices of a model at the moment of the run, or null. `model` may carry its provider as `provider/model`. */
  price: (model: string) => PricedModel | null;
};

/** A technique that can be computed: it proposes candidates, and each candidate is a transform of the ledger. */
export type ComputedTechnique = {
  id: TechniqueId;
  phase: Phase;
  certainty: Certainty;
  /** Highest confidence it can have without evidence this product cannot see. @default 1 */
  confidenceCap?: number;
  /** Person-days. */
  effortDays: number;
  /** What its figures rest on, with defaults; overridable by id. */
  assumptions: Assumption[];
  /** What it needs that a ledger has not, or null. */
  lacks: (signals: Signals) => Omit<NotComputable, 'technique'> | null;
  /** Several variants of one segment may be proposed; the best one is kept. */
  propose: (survey: Survey) => Promise<Candidate[] | NotComputable>;
  /** SELECT over working table `source` that yields the table after the change, same columns. */
  transform: (source: string, params: Params) => string;
};

/** A technique whose figure no format understood so far can carry. */
export type UnavailableTechnique = { id: TechniqueId; missing: string; how_to_get_it: string };

export type Technique = ComputedTechnique | UnavailableTechnique;

export function isComputed(technique: Technique): technique is ComputedTechnique {
  return 'transform' in technique;
}
