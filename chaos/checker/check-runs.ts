import { isDeepStrictEqual } from 'node:util';
import { expectationOf } from '../load/expectation.ts';
import type { Findings } from './findings.ts';
import { endedBeforeItClosed, isGone, endsOf, statusOf, type KnownRun, type World } from './world.ts';

/** Ends that the run's own code and its own user may bring about. */
function mayEnd({ planned }: KnownRun): string[] {
  return [
    expectationOf(planned).status,
    ...(planned.cancelAfter === null ? [] : ['cancelled']),
    ...(planned.terminateAfter === null ? [] : ['terminated']),
  ];
}

/** How an execution is closed whose run ended so. */
function closesAs(status: string): string[] {
  if (status === 'timed_out') return ['failed', 'timed_out'];
  return status.startsWith('completed') || status === 'insufficient_data' ? ['completed'] : [status];
}

type Outcome = { status?: string; result?: unknown } | null;

function checkHistory(name: string, run: KnownRun, status: string, { fault, allowed }: Findings) {
  const last = run.executions.at(-1);
  // What a Temporal that is gone was doing has no end there.
  if (isGone(run)) return;
  // Nor may it be known how it had closed there, moments before.
  if (run.temporalLoss && endsOf(run)[0]?.payload.reason === 'lost') return;
  if (!last) return fault('runEnds', `${name} ended ${status}, and Temporal does not know it`);
  if (status !== 'terminated' && endedBeforeItClosed(run))
    return allowed('ended', `${name} ended ${status}, and was terminated before Temporal had closed it`);
  if (!closesAs(status).includes(last.status))
    return fault(
      'runEnds',
      `${name} ended ${status}, in Temporal it is ${last.status}${last.message ? `: ${last.message}` : ''}`,
    );
  const outcome = last.outcome as Outcome;
  if (outcome?.status !== undefined && outcome.status !== status)
    fault('runEnds', `${name} ended ${status}, its outcome is ${outcome.status}`);
}

/** What was promised by the run's kind. */
function checkResult(name: string, run: KnownRun, { fault }: Findings) {
  const outcome = run.executions.at(-1)?.outcome as Outcome;
  // Nobody has its result but the log; what is answered of it over HTTP must have it.
  if (endedBeforeItClosed(run) || isGone(run)) return;
  if (outcome?.result == null) return fault('runEnds', `${name} completed without a result`);
  const { kind } = run.planned;
  if (kind === 'walk' || kind === 'stumble') {
    const wanted = { item: run.planned.item };
    if (!isDeepStrictEqual(outcome.result, wanted))
      fault('runEnds', `${name} has the result ${JSON.stringify(outcome.result)}`);
  }
}

/** Each run that was accepted has one end, which is what its history, its code and its user say. */
export function checkRuns({ runs }: World, findings: Findings): void {
  const { fault, figure } = findings;
  const counts: Record<string, number> = {};
  for (const run of runs) {
    const name = `${run.planned.user} ${run.planned.run} (${run.planned.kind})`;
    if (run.acceptedAt === undefined) {
      fault('answers', `${name} was never accepted`);
      continue;
    }
    const ends = endsOf(run);
    const status = statusOf(ends[0]);
    counts[status ?? 'open'] = (counts[status ?? 'open'] ?? 0) + 1;
    if (ends.length !== 1 || status === undefined) {
      const said = ends.map(({ seq, payload }) => `${String(payload.status)} (${seq})`).join(', ');
      const temporal = run.executions.map((each) => each.status).join(', ') || 'unknown';
      fault('runEnds', `${name} has ${ends.length} ends ${said}; in Temporal it is ${temporal}`);
      continue;
    }
    if (!mayEnd(run).includes(status)) {
      const { summary, error } = ends[0]?.payload ?? {};
      if (run.temporalLoss)
        findings.allowed('ended', `${name} ended ${status}: ${String(summary)} (${run.temporalLoss.fault})`);
      else
        fault(
          'runEnds',
          `${name} ended ${status}, not ${mayEnd(run).join(' or ')}: ${JSON.stringify(error ?? summary)}`,
        );
    }
    checkHistory(name, run, status, findings);
    if (status === 'completed') checkResult(name, run, findings);
  }
  figure('runs', runs.length);
  for (const [status, count] of Object.entries(counts)) figure(`runs ${status}`, count);
}
