import type { Cursor, FeedPosition } from './event-log.ts';

export type ResyncReason = 'cursor_too_old' | 'cursor_ahead' | 'log_changed';

/** A reader's cursor does not fit the log: what it missed cannot be told event by event, it must start from a snapshot. */
export class ResyncRequired extends Error {
  override name = 'ResyncRequired';
  readonly reason: ResyncReason;

  constructor(reason: ResyncReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * Checks that everything after the cursor can be given.
 *
 * @throws ResyncRequired if it cannot: silence would look like "nothing happened"
 */
export function checkCursor({ after, epoch }: Cursor, { head, earliest, epoch: current }: FeedPosition): void {
  if (epoch !== undefined && epoch !== current) {
    throw new ResyncRequired('log_changed', `the cursor is of epoch ${epoch}, the log of epoch ${current}`);
  }
  if (after > head) throw new ResyncRequired('cursor_ahead', `cursor ${after} is ahead of the log's head ${head}`);
  if (after > 0 && after < earliest - 1) {
    throw new ResyncRequired('cursor_too_old', `cursor ${after} is older than the log's first event ${earliest}`);
  }
}
