import { describeSettled } from '../../client/describe-settled.ts';
import { reportSchema, type Report } from '../../contracts/report.ts';
import { Problem } from '../problem.ts';
import type { LocatedRun } from './locate-run.ts';
import { outcomeOf } from './outcome-of.ts';

const PATIENCE_MS = 5_000;

/**
 * The report of a run that has ended.
 *
 * @throws Problem `run_not_finished` or `no_report`
 */
export async function reportOfRun(run: LocatedRun): Promise<Report> {
  const { handle, folded } = run;
  const toldItsEnd = folded !== undefined && folded.ended_at !== null;
  const described = await describeSettled({
    describe: () => handle.describe(),
    isClosing: (one) => toldItsEnd && one?.ended_at === null,
    patienceMs: PATIENCE_MS,
  });
  if (described?.ended_at === null) {
    throw new Problem({ code: 'run_not_finished', detail: 'the report is made at the end of the run' });
  }
  const outcome = described && (await outcomeOf(handle));
  const report = reportSchema.safeParse(outcome?.result);
  if (report.success) return report.data;
  const detail = `run "${handle.runId}" ended ${outcome?.status ?? 'too long ago'} and has no report`;
  throw new Problem({ code: 'no_report', detail });
}
