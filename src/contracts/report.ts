/** Wire shape of the report of `costOptimization`. Importable from anywhere: zod only, no Node. */
import { z } from 'zod';
import { hostPath } from './secret-fields.ts';

/** Every technique the product knows, in the numbering of the catalogue. */
export const TECHNIQUE_IDS = [
  'superseded_model',
  'service_tier',
  'cheaper_host',
  'batch',
  'prompt_caching',
  'right_size',
  'exact_duplicates',
  'retry_waste',
  'context_trim',
  'long_context_cliff',
  'output_cap',
  'reasoning_effort',
  'zombie_spend',
  'off_peak',
  'provisioned_throughput',
  'commitment',
] as const;

/** T: a total only. A: aggregates. A+: with request counts. R: request rows. P: request rows with prefix or duplicate keys. */
const GRADES = ['T', 'A', 'A+', 'R', 'P'] as const;

/** Low, expected and high bound of one figure. */
export const BOUNDS = ['low', 'expected', 'high'] as const;

export const techniqueId = z.enum(TECHNIQUE_IDS);
export const grade = z.enum(GRADES);
const usd = z.number();
const tokens = z.number().nonnegative();
const scalar = z.union([z.number(), z.string(), z.boolean(), z.null()]);

/** US dollars, each bound a pass of its own over the ledger. */
export const boundsUsd = z.object({ low: usd, expected: usd, high: usd });

/** What to export, and how, when the data at hand cannot carry a figure. */
export const exportRecipe = z.object({ export: z.string(), how: z.string(), gives: z.string() });

/** A source row that was not counted: where it is and why. `row` is the line number in the file, from 1. */
export const badRow = z.object({ file: hostPath(z.string()), row: z.number().int(), reason: z.string() });

const sourceFile = z.object({
  path: hostPath(z.string()),
  sha256: z.string().optional(),
  bytes: z.number().int().nonnegative(),
});

export const source = z.object({
  label: z.string().optional(),
  files: z.array(sourceFile),
  format: z.string(),
  grade,
  rows: z.number().int().nonnegative(),
  rejected_rows: z.number().int().nonnegative(),
  bad_rows: z.array(badRow).max(20).optional(),
  window_hours: z.number().positive(),
});

export const baseline = z.object({
  requests: z.number().nonnegative(),
  input_tokens: tokens,
  output_tokens: tokens,
  list_usd: usd,
  billed_usd: usd.nullable(),
  kappa: z.number().nullable(),
  monthly_usd: usd,
  monthly_basis: z.enum(['run_rate', 'calendar', 'billed']),
  stated_monthly_usd: usd.nullable(),
  assigned: z.array(z.string()),
  model: z.string().optional(),
  provider: z.string().optional(),
});

/** What one model costs, at list price: for the window, and for a month by the report's monthly basis. */
const modelSpend = z.object({
  model: z.string(),
  provider: z.string(),
  requests: z.number().nonnegative(),
  list_usd: usd,
  monthly_usd: usd,
});

const action = z.object({ change: z.string(), owner: z.string(), gate: z.string(), rollback: z.string() });

export const recommendation = z.object({
  id: z.string(),
  technique: techniqueId,
  segment: z.string(),
  marginal_monthly_usd: boundsUsd,
  standalone_monthly_usd: usd,
  standalone_percent: z.number(),
  confidence: z.number().positive().max(1),
  grade,
  effort_days: z.number().nonnegative(),
  effort_usd: usd,
  payback_months: z.number().nullable(),
  roi_12m: z.number().nullable(),
  phase: z.number().int().min(1).max(3),
  formula: z.string(),
  inputs: z.record(z.string(), scalar),
  evidence: z.object({ rows: z.number().int().nonnegative(), query: z.string() }),
  action,
});

export const planPhase = z.object({
  phase: z.number().int(),
  weeks: z.string(),
  items: z.array(z.string()),
  cumulative_monthly_usd: usd,
});

export const notRecommended = z.object({
  technique: techniqueId,
  variant: z.string().optional(),
  segment: z.string().optional(),
  reason: z.string(),
  monthly_usd: usd,
  percent: z.number(),
});

export const notComputable = z.object({ technique: techniqueId, missing: z.string(), how_to_get_it: z.string() });

export const priceBookInfo = z.object({
  version: z.string(),
  overrides_sha256: z.string().nullable(),
  priced_share: z.number().min(0).max(1),
  priced_at: z.string().optional(),
});

/** A number the figures rest on that was not read from the data. `origin` says who set it. */
export const assumption = z.object({
  id: z.string(),
  value: z.union([z.number(), z.string()]),
  unit: z.string().optional(),
  meaning: z.string(),
  origin: z.enum(['default', 'user']).optional(),
});

export const total = z.object({ monthly_usd: boundsUsd, percent: z.number() });

const completedReport = z.object({
  status: z.literal('completed'),
  title: z.string().optional(),
  notes: z.array(z.string()).optional(),
  source,
  baseline,
  spend_by_model: z.array(modelSpend).optional(),
  recommendations: z.array(recommendation),
  total,
  plan: z.array(planPhase),
  not_recommended: z.array(notRecommended),
  not_computable: z.array(notComputable),
  price_book: priceBookInfo,
  assumptions: z.array(assumption),
});

const insufficientReport = z.object({
  status: z.literal('insufficient_data'),
  reason: z.string().optional(),
  needed: z.array(exportRecipe).min(1),
});

/** The report as it travels: a completed one with figures, or one without any figure that says what to fetch. */
export const reportSchema = z.discriminatedUnion('status', [completedReport, insufficientReport]);

export type TechniqueId = z.infer<typeof techniqueId>;
export type Grade = z.infer<typeof grade>;
export type Bound = (typeof BOUNDS)[number];
export type ExportRecipe = z.infer<typeof exportRecipe>;
export type BadRow = z.infer<typeof badRow>;
export type Source = z.infer<typeof source>;
export type Baseline = z.infer<typeof baseline>;
export type Recommendation = z.infer<typeof recommendation>;
export type PlanPhase = z.infer<typeof planPhase>;
export type NotRecommended = z.infer<typeof notRecommended>;
export type NotComputable = z.infer<typeof notComputable>;
export type Assumption = z.infer<typeof assumption>;
export type CompletedReport = z.infer<typeof completedReport>;
export type Report = z.infer<typeof reportSchema>;
