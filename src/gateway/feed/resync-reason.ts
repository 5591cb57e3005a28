import type { ResyncReason } from '../../contracts/feed-frame.ts';

type Position = { epoch: string; head: number; earliest: number };

/** Why events after this cursor cannot be told one by one; undefined if they can. */
export function resyncReason(
  { after, epoch }: { after: number; epoch?: string },
  { head, earliest, epoch: current }: Position,
): ResyncReason | undefined {
  if (epoch !== undefined && epoch !== current) return 'log_changed';
  if (after > head) return 'cursor_ahead';
  return after > 0 && after < earliest - 1 ? 'cursor_too_old' : undefined;
}
