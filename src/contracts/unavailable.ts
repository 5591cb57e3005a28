/** Code of a `BatonError` that says: the store (log, ledger, leases, decisions) cannot answer now, and may later. */
export const LOG_UNAVAILABLE = 'log_unavailable';

/** Deepest chain of causes that is looked through. */
const MAX_CAUSES = 10;

/**
 * Whether an error means that a store cannot answer now and may later: what was asked neither failed nor is refused. The
 * stores say so by the code of their errors; whoever wraps such an error keeps it as the cause.
 */
export function isUnavailable(error: unknown): boolean {
  let link = error;
  for (let depth = 0; depth < MAX_CAUSES && link instanceof Error; depth += 1) {
    if ((link as { code?: unknown }).code === LOG_UNAVAILABLE) return true;
    link = link.cause;
  }
  return false;
}
