// Runs inside the workflow sandbox.
import { ApplicationFailure, CancelledFailure, isCancellation } from '@temporalio/workflow';
import type { SearchAttributePair } from '@temporalio/common';
import type { EventType } from '../contracts/event-payloads.ts';
import type { Failure } from '../contracts/failure.ts';
import { notJson } from '../contracts/json-faults.ts';
import { MAX_OUTCOME_BYTES, type RunStatus } from '../contracts/names.ts';
import type { RunOutcome } from '../contracts/run.ts';
import { MAX_MESSAGE, thrownMessage, thrownStack } from '../contracts/thrown-message.ts';
import { failureType } from './failure-type.ts';

/** How a run's own logic ends: a status and what the caller gets. */
export type RunEnd<Result> = {
  status: RunStatus;
  summary: string;
  result?: Result;
  error?: Failure;
  /** Where the error was thrown, for developers and operators: Temporal keeps it, and the outcome has none of it. */
  stack?: string;
  /** What else the run is found by; set with its status, as each setting costs the server a write of its own. */
  attributes?: SearchAttributePair[];
};

/** Reads what a thrown error means for the run. */
export function endOfThrown(
  thrown: unknown,
  { cancelled, timeoutMs }: { cancelled: boolean; timeoutMs: number },
): RunEnd<never> {
  if (!isCancellation(thrown)) {
    const message = thrownMessage(thrown);
    const error = { type: failureType(thrown), message };
    return { status: 'failed', summary: message, error, stack: thrownStack(thrown) };
  }
  if (cancelled) return { status: 'cancelled', summary: 'The run was cancelled.' };
  const message = `the run timed out after its limit of ${timeoutMs} ms`;
  return { status: 'timed_out', summary: message, error: { type: 'AgentTimeout', message } };
}

function whyUnsendable(result: unknown, beside: unknown): Failure | undefined {
  const faults = notJson(result, ['result']);
  if (faults) {
    const message = `what the workflow returned is not JSON: ${faults}; return plain data`;
    return { type: 'InvalidOutput', message: message.slice(0, MAX_MESSAGE).toWellFormed() };
  }
  const bytes = new TextEncoder().encode(JSON.stringify({ result, beside })).length;
  if (bytes <= MAX_OUTCOME_BYTES) return undefined;
  const what = `what the run came to takes ${bytes} bytes of JSON, over the limit of ${MAX_OUTCOME_BYTES}`;
  return { type: 'PayloadTooLarge', message: `${what}; store large data and return where it is` };
}

/**
 * An end that can be sent. A result that cannot be fails its run: the server would refuse it for ever, after users were
 * shown that the run completed. `beside` is what the outcome carries besides the result.
 */
export function sendableEnd<Result>(end: RunEnd<Result>, beside: unknown): RunEnd<Result> {
  const { status, result, error } = end;
  const summary = end.summary.slice(0, MAX_MESSAGE).toWellFormed();
  const failure = whyUnsendable(result, beside);
  if (!failure) return { ...end, summary };
  if (needsUndo(status)) return { status, summary, error };
  return { status: 'failed', summary: failure.message, error: failure };
}

/** The event that ends a run of this status. */
export function endEventOf(status: RunStatus) {
  if (status === 'cancelled') return 'run_cancelled' satisfies EventType;
  return status === 'failed' || status === 'timed_out' ? 'run_failed' : 'run_completed';
}

/**
 * Closes the workflow as its status wants it: `cancelled` as Canceled, `failed` and `timed_out` as Failed.
 *
 * @throws CancelledFailure or ApplicationFailure with the outcome as its detail
 */
export function closeAs<Result>(
  outcome: RunOutcome<Result>,
  { summary, stack }: Pick<RunEnd<Result>, 'summary' | 'stack'>,
): RunOutcome<Result> {
  const { status, error } = outcome;
  if (status === 'cancelled') throw new CancelledFailure('the run was cancelled', [outcome]);
  if (status !== 'failed' && status !== 'timed_out') return outcome;
  const failure = { type: error?.type, message: summary, nonRetryable: true, details: [outcome] };
  const closing = ApplicationFailure.create(failure);
  // Where the project's code threw, instead of where this was made.
  closing.stack = stack ?? closing.stack;
  throw closing;
}

/** Whether a run that ended so leaves work that must be undone. A run that went on past an error does not. */
export function needsUndo(status: RunStatus): boolean {
  return status === 'failed' || status === 'cancelled' || status === 'timed_out';
}
