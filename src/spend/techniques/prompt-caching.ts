import type { Candidate } from '../../contracts/cost-optimization.ts';
import { sqlText } from '../sql-text.ts';
import { byBound, perBound } from './assumptions.ts';
import { simulateCacheSql } from './simulate-cache.ts';
import type { ComputedTechnique, Survey } from './technique.ts';
import { withColumns } from './working-table.ts';

/** Models that silently ignore caching of prompts below 4,096 tokens, by Anthropic's prompt-caching page, November 2026. */
const NEEDS_4096 = ['claude-haiku-4-5', 'claude-opus-4-5', 'claude-opus-4-6', 'claude-opus-4-7'];

/** Shortest prompt, in tokens, that a provider caches. @param model as `provider/model` */
function minimumCacheableTokens(model: string): number {
  return NEEDS_4096.some((name) => model.endsWith(`/${name}`)) ? 4096 : 1024;
}

const VARIANTS = [
  { variant: '5m', ttlMinutes: 5, column: 'cache_write_5m' },
  { variant: '1h', ttlMinutes: 60, column: 'cache_write_1h' },
] as const;

/**
 * Prompt caching, simulated request by request from the ids of prefix blocks. Nothing is guessed when there are no ids: whether
 * prompts repeat cannot be seen from their lengths, and with a write surcharge caching can lose money.
 */
export const promptCaching: ComputedTechnique = {
  id: 'prompt_caching',
  phase: 2,
  certainty: 'behaviour',
  effortDays: 2,
  assumptions: perBound(
    'prompt_caching.realised',
    { low: 0.8, expected: 1, high: 1 },
    'share of the simulated cache reads that really hit; the rest is written again',
    'share',
  ),
  lacks: ({ prefix_blocks }) =>
    prefix_blocks
      ? null
      : {
          missing: 'prefix block ids (no prompt prefixes in this export)',
          how_to_get_it:
            'Log a hash per 512-token prompt block, each over everything before it (hash_ids of a Mooncake trace), or export cached-token counts.',
        },
  propose: async (survey) => {
    const found = await Promise.all(survey.segments.map(({ model }) => proposeFor(survey, model)));
    return found.flat();
  },
  transform: (source, params) => {
    const column = String(params.write_column);
    const simulated = simulateCacheSql({
      source,
      model: String(params.model),
      ttlMinutes: Number(params.ttl_minutes),
      minimumTokens: Number(params.minimum_tokens),
    });
    const hit = `coalesce(c.read, 0) * ${params.realised}`;
    const written = `coalesce(c.read + c.written, 0) - ${hit}`;
    const inModel = `s.model = ${sqlText(String(params.model))}`;
    const either = (then: string, name: string) =>
      `CASE WHEN ${inModel} THEN s.requests * (${then}) ELSE s.${name} END`;
    // Joined by equalities alone: the model asked for here too would make DuckDB compare every row with every other.
    return `SELECT ${withColumns({
      cache_read_tokens: either(hit, 'cache_read_tokens'),
      cache_write_5m: either(column === 'cache_write_5m' ? written : '0', 'cache_write_5m'),
      cache_write_1h: either(column === 'cache_write_1h' ? written : '0', 'cache_write_1h'),
    })} FROM ${source} s LEFT JOIN (${simulated}) c ON c.row_id = s.row_id AND c.requests = s.requests`;
  },
};

async function proposeFor({ duck, assumptions, price }: Survey, model: string): Promise<Candidate[]> {
  const card = price(model)?.card[0];
  if (!card) return [];
  const minimum = minimumCacheableTokens(model);
  const where = `model = ${sqlText(model)} AND input_tokens / requests >= ${minimum}`;
  const [counted] = await duck.rows<{ rows: number }>(`SELECT count(*)::DOUBLE AS rows FROM ledger WHERE ${where}`);
  // A provider without a price for one-hour writes does not sell them.
  const sold = VARIANTS.filter(({ variant }) => variant === '5m' || card.cacheWrite1h > card.cacheWrite);
  return sold.map(({ variant, ttlMinutes, column }) => ({
    id: `prompt_caching:${model}:${variant}`,
    technique: 'prompt_caching',
    variant,
    segment: `${model}, prompts of ${minimum} tokens or more, kept ${variant}`,
    model,
    params: byBound((bound) => ({
      model,
      ttl_minutes: ttlMinutes,
      minimum_tokens: minimum,
      write_column: column,
      realised: Math.min(1, assumptions.bound('prompt_caching.realised', bound)),
    })),
    formula:
      'sum of reads x (input price - cache read price) - writes x (cache write price - input price), full blocks only',
    evidence: {
      rows: counted?.rows ?? 0,
      query: `SELECT count(*) AS rows, sum(input_tokens) AS tokens FROM ledger WHERE ${where}`,
    },
  }));
}
