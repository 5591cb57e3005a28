import type { Cursor } from '../../notifier/event-log.ts';
import { cursorQuery } from './cursor-query.ts';

/** The id of a server-sent event: a sequence says nothing in a log that was restored meanwhile, so its epoch goes along. */
export const sseId = ({ epoch, after }: Required<Cursor>): string => `${epoch}:${after}`;

/** The cursor in an id, also in one that is the sequence alone; undefined where it is neither. */
export function cursorOf(id: string): Cursor | undefined {
  const at = id.lastIndexOf(':');
  const { success, data } = cursorQuery.safeParse({
    after: id.slice(at + 1),
    epoch: at < 0 ? undefined : id.slice(0, at),
  });
  return success ? { after: data.after as number, epoch: data.epoch } : undefined;
}
