import { redactText } from '../contracts/redact.ts';

const DISK_FULL = /ENOSPC|no space left on device|database or disk is full/i;

/** An error as a person at a terminal needs it: what happened and why, without a stack unless `BATON_DEBUG` is set. */
export function explainError(error: unknown): string {
  return redactText(explained(error));
}

function explained(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env.BATON_DEBUG) return error.stack ?? error.message;
  const cause = error.cause instanceof Error && !error.message.includes(error.cause.message) ? error.cause.message : '';
  if (DISK_FULL.test(error.message)) {
    return `the disk is full: ${error.message}; free some space, or set BATON_DATA_DIR to a folder on another disk, and run it again`;
  }
  return cause ? `${error.message}\n  because: ${cause}` : error.message;
}
