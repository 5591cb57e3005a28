import type { Candidate } from '../../contracts/cost-optimization.ts';
import { sqlText } from '../sql-text.ts';
import { byBound, perBound } from './assumptions.ts';
import { ladderStep } from './model-ladder.ts';
import type { ComputedTechnique, Survey } from './technique.ts';
import { withColumns } from './working-table.ts';

/**
 * Sends short requests to the next smaller model. Some of them come back and are paid a second time at the old model
 * (escalation): 30%, 15% and 5% for low, expected and high, until an evaluation says better.
 */
export const rightSize: ComputedTechnique = {
  id: 'right_size',
  phase: 3,
  certainty: 'behaviour',
  confidenceCap: 0.6,
  effortDays: 5,
  assumptions: [
    { id: 'right_size.max_input', value: 1000, unit: 'tokens', meaning: 'a short request has at most this much input' },
    { id: 'right_size.max_output', value: 200, unit: 'tokens', meaning: 'and at most this much output' },
    ...perBound(
      'right_size.escalation',
      { low: 0.3, expected: 0.15, high: 0.05 },
      'share of moved requests that are repeated at the old model',
      'share',
    ),
  ],
  lacks: ({ request_rows }) =>
    request_rows
      ? null
      : { missing: 'request rows', how_to_get_it: 'Export one row per request: a mean hides the short ones.' },
  propose: async (survey) => {
    const found = await Promise.all(survey.segments.map((segment) => proposeFor(survey, segment.model)));
    const candidates = found.filter((each) => each !== null);
    if (candidates.length > 0) return candidates;
    return {
      technique: 'right_size',
      missing: `a smaller sibling of ${survey.segments.map(({ model }) => model).join(', ')}, with a price and with short requests to move`,
      how_to_get_it:
        'Price the traffic as a model that has a smaller sibling, or raise right_size.max_input and right_size.max_output.',
    };
  },
  transform: (source, params) => {
    const chosen = `s.model = ${sqlText(String(params.from))} AND s.seen_input <= ${params.max_input} AND s.seen_output <= ${params.max_output}`;
    const [factor, again] = [Number(params.tokenizer_factor), Number(params.escalation)];
    const moved = Object.fromEntries(TOKEN_COLUMNS.map((name) => [name, `s.${name} * ${factor}`]));
    const repeated = Object.fromEntries(['requests', ...TOKEN_COLUMNS].map((name) => [name, `s.${name} * ${again}`]));
    return `SELECT ${withColumns({})} FROM ${source} s WHERE NOT (${chosen})
      UNION ALL SELECT ${withColumns({ ...moved, model: sqlText(String(params.to)) })} FROM ${source} s WHERE ${chosen}
      UNION ALL SELECT ${withColumns(repeated)} FROM ${source} s WHERE ${chosen} AND ${again} > 0`;
  },
};

const TOKEN_COLUMNS = ['input_tokens', 'cache_read_tokens', 'cache_write_5m', 'cache_write_1h', 'output_tokens'];

async function proposeFor({ duck, assumptions, price }: Survey, model: string): Promise<Candidate | null> {
  const step = ladderStep(model);
  const target = step && price(`${model.slice(0, model.indexOf('/'))}/${step.to}`);
  if (!step || !target) return null;
  const maxInput = Math.min(assumptions.value('right_size.max_input'), target.contextWindow ?? Number.MAX_SAFE_INTEGER);
  const maxOutput = assumptions.value('right_size.max_output');
  const where = `model = ${sqlText(model)} AND input_tokens / requests <= ${maxInput} AND output_tokens / requests <= ${maxOutput}`;
  const [counted] = await duck.rows<{ rows: number }>(`SELECT count(*)::DOUBLE AS rows FROM ledger WHERE ${where}`);
  if (!counted?.rows) return null;
  return {
    id: `right_size:${model}>${target.model}`,
    technique: 'right_size',
    segment: `${model}, input <= ${maxInput} and output <= ${maxOutput} tokens`,
    model,
    params: byBound((bound) => ({
      from: model,
      to: target.key,
      max_input: maxInput,
      max_output: maxOutput,
      tokenizer_factor: step.tokenizerFactor,
      escalation: assumptions.bound('right_size.escalation', bound),
    })),
    formula:
      'sum over short requests of cost(old model) - tokenizer_factor x cost(new model) - escalation x cost(old model)',
    evidence: {
      rows: counted.rows,
      query: `SELECT count(*) AS rows, sum(cost_list_usd) AS usd FROM ledger WHERE ${where}`,
    },
  };
}
