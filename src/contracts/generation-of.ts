/** How often a run was started again, as the memo says that Temporal keeps beside it. */
export function generationOf({ memo }: { memo?: Record<string, unknown> }): number {
  return Number(memo?.generation ?? 0);
}
