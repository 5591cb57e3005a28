import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { ClientLine, SeenEvent } from '../records/lines.ts';
import type { Watcher, WatchOptions } from './watcher.ts';

const RETRY_MS = 300;

/** A reader over a WebSocket that can stop taking what it is sent, in the middle of all that there is. */
export function watchSlowly({
  user,
  url,
  token,
  record,
  onEvent,
}: WatchOptions): Watcher & { pause(ms: number): Promise<void> } {
  const write = (line: Partial<ClientLine>) => record({ at: Date.now(), client: 'slow', user, ...line } as ClientLine);
  let [conns, last, stopped] = [0, 0, false];
  let epoch: string | undefined;
  let socket: WebSocket | undefined;

  function open(isPaused = false) {
    const conn = (conns += 1);
    const query = `after=${last}${epoch === undefined ? '' : `&epoch=${epoch}`}`;
    const own = new WebSocket(`${url.replace('http', 'ws')}/v1/feed?${query}`, ['baton.v1', `bearer.${token}`]);
    socket = own;
    write({ what: 'open', conn, after: last, epoch });
    own.on('error', () => undefined);
    own.on('open', () => isPaused && own.pause());
    own.on('message', (data: Buffer) => {
      if (own !== socket) return;
      const frame = JSON.parse(data.toString()) as { type: string; event: SeenEvent } & Record<string, never>;
      if (frame.type === 'hello') {
        epoch = frame.epoch;
        write({ what: 'hello', conn, epoch: frame.epoch, head: frame.head });
      }
      if (frame.type === 'resync') {
        last = Number(frame.seq);
        write({ what: 'resync', conn, reason: frame.reason, seq: frame.seq });
      }
      if (frame.type !== 'event') return;
      write({ what: 'event', conn, event: frame.event });
      last = frame.event.seq;
      onEvent(frame.event);
    });
    own.on('close', () => {
      write({ what: 'close', conn });
      if (own === socket && !stopped) setTimeout(() => own === socket && !stopped && open(), RETRY_MS);
    });
  }

  open();
  return {
    user,
    last: () => last,
    /** Begins with the first event there is, and takes nothing for so long. */
    async pause(ms) {
      const before = socket;
      [last, socket] = [0, undefined];
      before?.terminate();
      open(true);
      await wait(ms);
      if (socket) (socket as WebSocket).resume();
    },
    async close() {
      stopped = true;
      socket?.terminate();
    },
  };
}
