export type ResyncReason = 'cursor_too_old' | 'cursor_ahead';

/** A reader's cursor does not fit the log: what it missed cannot be told event by event, it must start from a snapshot. */
export class ResyncRequired extends Error {
  override name = 'ResyncRequired';
  readonly reason: ResyncReason;

  constructor(reason: ResyncReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
