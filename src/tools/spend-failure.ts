import { BatonError } from '../contracts/baton-error.ts';
import type { FailureType } from '../contracts/names.ts';
import { SpendError, type SpendErrorCode } from '../spend/spend-error.ts';

/** Only a full disk and memory may be better at the next attempt; a bad file stays bad. */
const TYPES: Record<SpendErrorCode, FailureType> = {
  invalid_input: 'InvalidInput',
  unknown_format: 'InvalidInput',
  too_many_bad_rows: 'InvalidInput',
  unknown_model: 'InvalidInput',
  disk_full: 'ToolFailed',
  out_of_memory: 'OutOfMemory',
};

/** Runs a function of the cost domain; its errors become failures that the engine knows. */
export async function withSpendFailures<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SpendError)) throw error;
    throw new BatonError(TYPES[error.code], error.message, { cause: error });
  }
}
