import { z } from 'zod';
import { boundedMap } from '../../contracts/bounded-map.ts';
import { dataHelperOutput, MAX_OVERRIDES } from '../../contracts/cost-optimization.ts';
import type { Report } from '../../contracts/report.ts';
import { Problem } from '../problem.ts';
import type { LocatedRun } from './locate-run.ts';
import { reportOfRun } from './report-of-run.ts';
import { shownReport } from './shown-run.ts';

/** Body of `POST /v1/runs/{run_id}/what-if`. */
export const whatIfBody = z.strictObject({
  set: boundedMap(z.number().nonnegative(), { most: MAX_OVERRIDES }).describe(
    'assumptions by their names in the report; what the run itself was given stays as it is where it is not named',
  ),
});

const ranWith = z.object({
  set: z.record(z.string(), z.number()).default({}),
  effort_rate_usd_per_day: z.number().optional(),
});

type Options = { run: LocatedRun; set: Record<string, number> };

/**
 * The report of a finished run, recomputed from its ledger with other assumptions.
 *
 * @throws Problem `invalid_input` for a name that no assumption has; `not_recomputable` where the run has no figures, or
 *   its ledger is gone
 */
export async function recomputeReport({ run, set }: Options): Promise<Report> {
  // Only who asks for it loads the analysis with its database.
  const { unknownAssumptions, whatIf } = await import('../../spend/what-if.ts');
  const { SpendError } = await import('../../spend/spend-error.ts');
  const errors = unknownAssumptions(set).map(({ name, nearest }) => ({
    path: `/set/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    message: `there is no such assumption${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`,
  }));
  if (errors.length > 0) {
    const detail = `unknown: ${errors.map(({ path, message }) => `${path.slice(5)} (${message})`).join(', ')}`;
    throw new Problem({ code: 'invalid_input', detail, errors });
  }
  const report = await reportOfRun(run);
  if (report.status !== 'completed') {
    throw new Problem({ code: 'not_recomputable', detail: 'the data of this run gave no figures to recompute' });
  }
  const { input, results } = await run.handle.agentResults();
  const data = dataHelperOutput.safeParse(results['data_helper-1']);
  const given = ranWith.safeParse(input);
  if (!data.success || !given.success) {
    throw new Problem({
      code: 'not_recomputable',
      detail: 'the history of this run no longer tells where its ledger is',
    });
  }
  const { set: own, effort_rate_usd_per_day: rate } = given.data;
  const merged = { ...own, ...(rate !== undefined && { effort_rate_usd_per_day: rate }), ...set };
  const recomputed = await whatIf({ data: data.data, set: merged }).catch((error: unknown) => {
    if (!(error instanceof SpendError) || error.code !== 'invalid_input') throw error;
    // Says which file is gone: the server's path is of no use to the user, and none of their business.
    throw new Problem({
      code: 'not_recomputable',
      detail: 'the ledger or the price file of this run is gone or changed',
    });
  });
  return shownReport(recomputed);
}
