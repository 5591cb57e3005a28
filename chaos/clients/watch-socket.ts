import { connectFeed } from '../../src/feed.ts';
import type { ClientLine, SeenEvent } from '../records/lines.ts';
import type { Watcher, WatchOptions } from './watcher.ts';

type Options = WatchOptions & {
  /** Gets the questions that stand open where events are gone that asked them. */
  onSnapshot?: (
    asked: Pick<SeenEvent, 'run_id' | 'user_id' | 'workflow_id' | 'generation' | 'type' | 'payload'>[],
  ) => void;
};

/** The client that ships, and beside it what came over the wire. */
export function watchSocket({ user, url, token, record, onEvent, onSnapshot, client = 'ws' }: Options): Watcher {
  const write = (line: Partial<ClientLine>) => record({ at: Date.now(), client, user, ...line } as ClientLine);
  let conns = 0;
  let last = 0;

  class Watched extends WebSocket {
    constructor(...[target, protocols]: ConstructorParameters<typeof WebSocket>) {
      super(target, protocols);
      const conn = (conns += 1);
      const { searchParams } = new URL(target);
      write({
        what: 'open',
        conn,
        after: Number(searchParams.get('after')),
        epoch: searchParams.get('epoch') ?? undefined,
      });
      this.addEventListener('close', () => write({ what: 'close', conn }));
      this.addEventListener('message', ({ data }) => {
        const frame = JSON.parse(String(data)) as { type: string; event: SeenEvent } & Record<string, never>;
        if (frame.type === 'hello') write({ what: 'hello', conn, epoch: frame.epoch, head: frame.head });
        if (frame.type === 'event') write({ what: 'event', conn, event: frame.event });
        if (frame.type === 'resync') write({ what: 'resync', conn, reason: frame.reason, seq: frame.seq });
      });
    }
  }

  const feed = connectFeed({ url, token, WebSocket: Watched });
  const reading = (async () => {
    for await (const update of feed.updates()) {
      last = update.seq;
      if (update.type === 'resync') {
        write({ what: 'given_resync', seq: update.seq, reason: update.reason });
        onSnapshot?.(
          update.runs.flatMap(({ run_id, user_id, workflow_id, approvals }) => {
            const ids = { run_id, user_id, workflow_id, generation: 0, type: 'approval_requested' };
            return approvals.flatMap((each) => (each.decision === null ? { ...ids, payload: { ...each } } : []));
          }),
        );
        continue;
      }
      write({ what: 'given', seq: update.seq, id: update.id, epoch: update.epoch });
      onEvent(update as SeenEvent);
    }
  })();

  return {
    user,
    last: () => last,
    async close() {
      feed.close();
      await reading;
    },
  };
}
