import { setTimeout } from 'node:timers/promises';
import { reportSchema, type Report } from '../../contracts/report.ts';
import { Problem } from '../problem.ts';
import type { LocatedRun } from './locate-run.ts';

const POLL_MS = 50;
const PATIENCE_MS = 5_000;

/**
 * Temporal's word on the run. A run tells its end in the feed just before it closes: who asks for the report on that word
 * is a moment early, and waits.
 */
async function describeEnded({ handle, folded }: LocatedRun) {
  const givesUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const described = await handle.describe();
    const isClosing = described?.ended_at === null && folded !== undefined && folded.ended_at !== null;
    if (!isClosing || performance.now() > givesUpAt) return described;
    await setTimeout(POLL_MS);
  }
}

/**
 * The report of a run that has ended.
 *
 * @throws Problem `run_not_finished` or `no_report`
 */
export async function reportOfRun(run: LocatedRun): Promise<Report> {
  const { handle } = run;
  const described = await describeEnded(run);
  if (described?.ended_at === null) {
    throw new Problem({ code: 'run_not_finished', detail: 'the report is made at the end of the run' });
  }
  const outcome = described && (await handle.result());
  const report = reportSchema.safeParse(outcome?.result);
  if (report.success) return report.data;
  const detail = `run "${handle.runId}" ended ${outcome?.status ?? 'too long ago'} and has no report`;
  throw new Problem({ code: 'no_report', detail });
}
