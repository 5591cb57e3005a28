// Runs inside the workflow sandbox.
import type { Failure } from '../contracts/failure.ts';
import type { PlanStep } from '../contracts/plan.ts';
import { redactText } from '../contracts/redact.ts';
import { conditionHolds } from './condition-holds.ts';
import type { PlanBoard } from './plan-board.ts';
import { resolveTemplate, type Gap } from './resolve-template.ts';

/** What is to be done with a step whose turn has come. */
export type Prepared = { skip: string } | { fail: Failure } | { input: unknown };

function ofGaps(gaps: Gap[], board: PlanBoard): Prepared | undefined {
  const failed = gaps.find(({ status }) => status !== 'skipped');
  if (failed) {
    const why = board.failureOf(failed.step)?.message;
    const message = `needs the result of step ${failed.step}, which is ${failed.status}${why ? `: ${why}` : ''}`;
    return { fail: { type: 'InvalidInput', message } };
  }
  const [skipped] = gaps;
  return skipped && { skip: `needs the result of step ${skipped.step}, which was skipped` };
}

/** A step that does not say gets the results of what it needs, and is told what failed. */
function defaultInput({ needs = [], fallback_for = [] }: PlanStep, isSequential: boolean, board: PlanBoard): Prepared {
  const results: Record<string, unknown> = {};
  const gaps: Gap[] = [];
  for (const need of needs) {
    const found = board.of(need);
    if (found?.status === 'completed') results[need] = found.result;
    else if (!fallback_for.includes(need) && !board.isCovered(need)) {
      gaps.push({ step: need, status: found?.status ?? 'not run' });
    }
  }
  // A branch that was not taken leaves the other one's result.
  const onlySkipped = gaps.every(({ status }) => status === 'skipped') && gaps.length < needs.length;
  const stopped = onlySkipped ? undefined : ofGaps(gaps, board);
  if (stopped) return stopped;
  const related = [...needs, ...fallback_for].flatMap((id) => {
    const failure = board.failureOf(id);
    return failure ? [[id, failure] as const] : [];
  });
  const failed = { ...(isSequential ? board.failures() : {}), ...Object.fromEntries(related) };
  return { input: Object.keys(failed).length > 0 ? { ...results, failed } : results };
}

/** Decides whether a step runs, and on what. */
export function prepareStep(
  step: PlanStep,
  { input, isSequential, board }: { input: unknown; isSequential: boolean; board: PlanBoard },
): Prepared {
  const stop = board.stop();
  if (stop) return { skip: `step ${stop.id} failed` };
  const { fallback_for, when } = step;
  if (fallback_for && !fallback_for.some((id) => board.failureOf(id))) {
    return { skip: `none of ${fallback_for.join(', ')} failed` };
  }
  if (when && !conditionHolds(when, input, board)) {
    const condition = `${when.ref} ${when.op} ${JSON.stringify(when.value) ?? ''}`.trim();
    return { skip: `its condition does not hold: ${redactText(condition)}` };
  }
  if (step.input === undefined) return defaultInput(step, isSequential, board);
  const { value, gaps } = resolveTemplate(step.input, input, board);
  return ofGaps(gaps, board) ?? { input: value };
}
