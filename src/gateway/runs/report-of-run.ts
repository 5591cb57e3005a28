import { reportSchema, type Report } from '../../contracts/report.ts';
import { Problem } from '../problem.ts';
import type { LocatedRun } from './locate-run.ts';
import { outcomeOf } from './outcome-of.ts';
import { shownReport } from './shown-run.ts';

/**
 * The report of a run that has ended.
 *
 * @throws Problem `run_not_finished` or `no_report`
 */
export async function reportOfRun(run: LocatedRun): Promise<Report> {
  const { handle, standing } = run;
  if (!standing?.ending && (await handle.describe())?.ended_at === null) {
    throw new Problem({ code: 'run_not_finished', detail: 'the report is made at the end of the run' });
  }
  const outcome = await outcomeOf(run);
  const report = reportSchema.safeParse(outcome.result);
  if (report.success) return shownReport(report.data);
  const detail = `run "${handle.runId}" ended ${outcome.status} and has no report`;
  throw new Problem({ code: 'no_report', detail });
}
