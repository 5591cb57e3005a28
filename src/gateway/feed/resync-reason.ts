import type { ResyncReason } from '../../contracts/feed-frame.ts';
import type { Cursor, FeedPosition } from '../../notifier/event-log.ts';
import { checkCursor, ResyncRequired } from '../../notifier/resync-required.ts';

/** Why events after this cursor cannot be told one by one; undefined if they can. */
export function resyncReason(cursor: Cursor, position: FeedPosition): ResyncReason | undefined {
  try {
    checkCursor(cursor, position);
    return undefined;
  } catch (error) {
    if (error instanceof ResyncRequired) return error.reason;
    throw error;
  }
}
