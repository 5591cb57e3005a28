/** An error as a person at a terminal needs it: what happened and why, without a stack unless `BATON_DEBUG` is set. */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env.BATON_DEBUG) return error.stack ?? error.message;
  const cause = error.cause instanceof Error && !error.message.includes(error.cause.message) ? error.cause.message : '';
  return cause ? `${error.message}\n  because: ${cause}` : error.message;
}
