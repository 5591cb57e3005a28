/**
 * What `costOptimization` and its five agents take and give. Importable from anywhere: zod only, no Node.
 * Every shape stays small whatever the size of the usage files: rows travel as a reference to a file.
 */
import { z } from 'zod';
import { boundedMap } from './bounded-map.ts';
import {
  assumption,
  badRow,
  baseline,
  boundsUsd,
  exportRecipe,
  grade,
  notComputable,
  notRecommended,
  planPhase,
  priceBookInfo,
  recommendation,
  reportSchema,
  source,
  techniqueId,
  total,
} from './report.ts';
import { hostPath } from './secret-fields.ts';

/** Default cost of one person-day of work on a recommendation, in US dollars. */
export const DEFAULT_EFFORT_RATE_USD_PER_DAY = 800;

/** Assumptions that one request may set; there are some dozens. */
export const MAX_OVERRIDES = 200;
/** Longest name of a model or provider, and longest path, in characters. */
const NAME = 200;
const PATH = 4_096;

const overrides = boundedMap(z.number(), { most: MAX_OVERRIDES });
const positive = z.number().positive();

/** Input of the workflow. `files` on the same machine, `upload_ids` over HTTP; `model` is assigned to rows that carry none. */
export const costOptimizationInput = z.object({
  request: z.string().max(4000).optional(),
  upload_ids: z.array(z.string().max(128)).max(100).optional(),
  files: hostPath(z.array(z.string().max(PATH)).max(100)).optional(),
  model: z.string().min(1).max(NAME).optional(),
  provider: z.string().min(1).max(NAME).optional(),
  stated_monthly_usd: positive.optional(),
  window_hours: positive.optional(),
  effort_rate_usd_per_day: positive.optional(),
  require_approval: z.boolean().optional(),
  approval_timeout_ms: positive.optional(),
  /** How long before the approval expires its user is reminded. */
  approval_reminder_ms: positive.optional(),
  set: overrides.optional(),
  allow_bad_rows: z.boolean().optional(),
  prices: hostPath(z.string().max(PATH)).optional(),
});

const rate = z.union([
  z.number().nonnegative(),
  z.object({
    base: z.number().nonnegative(),
    tiers: z.array(z.object({ start: z.number().int().nonnegative(), price: z.number().nonnegative() })),
  }),
]);

/**
 * File of own prices, by `provider/model`, in US dollars for a million tokens. They win over the catalogue.
 * A tier's price holds for the whole request once its input is above `start` tokens.
 */
export const priceOverrides = z.object({
  models: z.record(
    z.string().regex(/^[^/]+\/.+$/, 'must be "provider/model"'),
    z.strictObject({
      input_mtok: rate,
      output_mtok: rate,
      cache_read_mtok: rate.optional(),
      cache_write_mtok: rate.optional(),
      cache_write_1h_mtok: rate.optional(),
    }),
  ),
});

/** The ledger: a Parquet file on the store both agents see. */
const ledgerRef = z.object({
  path: hostPath(z.string()),
  sha256: z.string(),
  bytes: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative(),
});

const triagedFile = z.object({
  path: hostPath(z.string()),
  bytes: z.number().int().nonnegative(),
  format: z.string(),
  grade,
});

export const triageInput = costOptimizationInput.pick({
  request: true,
  upload_ids: true,
  files: true,
  stated_monthly_usd: true,
});

/** `format`, `grade` are null when there is nothing to work on; then `needed` says what to export. */
export const triageOutput = z.object({
  data_sufficiency: z.enum(['sufficient', 'insufficient']),
  reason: z.string(),
  format: z.string().nullable(),
  grade: grade.nullable(),
  files: z.array(triagedFile),
  stated_monthly_usd: z.number().nullable(),
  needed: z.array(exportRecipe).optional(),
});

/** `priced_at`: the moment (ISO 8601) whose prices are used, given by the caller so that a retry prices the same. */
export const dataHelperInput = z.object({
  files: z.array(triagedFile).min(1),
  model: z.string().max(NAME).optional(),
  provider: z.string().max(NAME).optional(),
  priced_at: z.string(),
  stated_monthly_usd: z.number().nullable().optional(),
  window_hours: positive.optional(),
  allow_bad_rows: z.boolean().optional(),
  prices: hostPath(z.string()).optional(),
});

/** Which optional columns of the ledger hold anything. */
const signals = z.object({
  request_rows: z.boolean(),
  prefix_blocks: z.boolean(),
  reasoning_tokens: z.boolean(),
  service_tier: z.boolean(),
  labels: z.boolean(),
  status: z.boolean(),
  duplicate_keys: z.boolean(),
});

const quantiles = z.object({ mean: z.number(), p50: z.number(), p95: z.number(), max: z.number() });

/** One model of the ledger. `list_usd` is for the window, not a month. */
const segmentProfile = z.object({
  model: z.string(),
  provider: z.string(),
  requests: z.number(),
  list_usd: z.number(),
  input_tokens: quantiles,
  output_tokens: quantiles,
});

export const dataHelperOutput = z.object({
  ledger: ledgerRef,
  source,
  bad_rows: z.array(badRow).max(20),
  baseline,
  monthly_factor: z.number().positive(),
  window_days: z.number().nonnegative(),
  price_book: priceBookInfo,
  price_match: z.enum(['exact', 'prefix', 'none']),
  priced_at: z.string(),
  prices: hostPath(z.string()).optional(),
  signals,
  segments: z.array(segmentProfile).max(20),
  notes: z.array(z.string()),
});

/** A transform of the ledger as data: enough to run it again without looking at the rows. */
const candidate = z.object({
  id: z.string(),
  technique: techniqueId,
  variant: z.string().optional(),
  segment: z.string(),
  model: z.string(),
  params: z.object({
    low: z.record(z.string(), z.union([z.number(), z.string()])),
    expected: z.record(z.string(), z.union([z.number(), z.string()])),
    high: z.record(z.string(), z.union([z.number(), z.string()])),
  }),
  formula: z.string(),
  evidence: z.object({ rows: z.number().int(), query: z.string() }),
});

/** A candidate with what it would save alone. */
const evaluatedCandidate = candidate.extend({
  standalone_monthly_usd: z.number(),
  standalone_percent: z.number(),
});

/** What one technique says about the ledger: candidates with figures, or why there is no figure. */
export const techniqueEvaluation = z.object({
  technique: techniqueId,
  candidates: z.array(evaluatedCandidate).max(10),
  not_recommended: z.array(notRecommended),
  not_computable: notComputable.nullable(),
});

export const optimizationInput = z.object({
  ledger: ledgerRef,
  source,
  baseline,
  monthly_factor: z.number().positive(),
  window_days: z.number().nonnegative(),
  price_book: priceBookInfo,
  price_match: z.enum(['exact', 'prefix', 'none']),
  priced_at: z.string(),
  prices: hostPath(z.string()).optional(),
  signals,
  segments: z.array(segmentProfile).max(20),
  set: overrides.optional(),
});

/** A candidate that is applied, with its share of the total and the grounds for trusting it. */
const saving = evaluatedCandidate.extend({
  marginal_monthly_usd: boundsUsd,
  phase: z.number().int().min(1).max(3),
  confidence: z.number().positive().max(1),
  grade,
});

export const optimizationOutput = z.object({
  savings: z.array(saving),
  total,
  phases: z.array(z.object({ phase: z.number().int(), cumulative_monthly_usd: z.number() })),
  not_recommended: z.array(notRecommended),
  not_computable: z.array(notComputable),
  assumptions: z.array(assumption),
});

export const actionsInput = z.object({
  savings: z.array(saving),
  phases: optimizationOutput.shape.phases,
  effort_rate_usd_per_day: positive.optional(),
});

export const actionsOutput = z.object({
  recommendations: z.array(recommendation),
  plan: z.array(planPhase),
  assumptions: z.array(assumption),
});

export const reportingInput = z.object({
  source,
  baseline,
  monthly_factor: z.number().positive(),
  segments: z.array(segmentProfile).max(20),
  bad_rows: z.array(badRow).max(20),
  price_book: priceBookInfo,
  recommendations: z.array(recommendation),
  plan: z.array(planPhase),
  total,
  not_recommended: z.array(notRecommended),
  not_computable: z.array(notComputable),
  assumptions: z.array(assumption),
  notes: z.array(z.string()),
});

/** The report, and where it was written. Its renderings are made from `report` by whoever shows them. */
export const reportingOutput = z.object({
  report: reportSchema,
  files: z.object({ json: hostPath(z.string()), markdown: hostPath(z.string()) }).nullable(),
});

export type CostOptimizationInput = z.infer<typeof costOptimizationInput>;
export type PriceOverrides = z.infer<typeof priceOverrides>;
export type LedgerRef = z.infer<typeof ledgerRef>;
export type TriagedFile = z.infer<typeof triagedFile>;
export type TriageInput = z.infer<typeof triageInput>;
export type TriageOutput = z.infer<typeof triageOutput>;
export type DataHelperInput = z.infer<typeof dataHelperInput>;
export type DataHelperOutput = z.infer<typeof dataHelperOutput>;
export type Signals = z.infer<typeof signals>;
export type SegmentProfile = z.infer<typeof segmentProfile>;
export type Candidate = z.infer<typeof candidate>;
export type EvaluatedCandidate = z.infer<typeof evaluatedCandidate>;
export type TechniqueEvaluation = z.infer<typeof techniqueEvaluation>;
export type OptimizationInput = z.infer<typeof optimizationInput>;
export type Saving = z.infer<typeof saving>;
export type OptimizationOutput = z.infer<typeof optimizationOutput>;
export type ActionsInput = z.infer<typeof actionsInput>;
export type ActionsOutput = z.infer<typeof actionsOutput>;
export type ReportingInput = z.infer<typeof reportingInput>;
export type ReportingOutput = z.infer<typeof reportingOutput>;
