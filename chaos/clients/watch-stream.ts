import { setTimeout as wait } from 'node:timers/promises';
import type { ClientLine, SeenEvent } from '../records/lines.ts';
import type { Watcher, WatchOptions } from './watcher.ts';

const RETRY_MS = 300;
/** A stream without a word for so long is given up, in milliseconds: it would say that it is alive every 15 seconds. */
const SILENCE_MS = 50_000;

type Frame = { id?: string; event?: string; data?: string };

async function* frames(body: ReadableStream<Uint8Array>): AsyncGenerator<Frame> {
  let text = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream() as never) as unknown as AsyncIterable<string>) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      yield Object.fromEntries(lines.map((line) => line.split(/: ?(.*)/s).slice(0, 2)));
    }
  }
}

/** Reads server-sent events as a browser does: comes back with the id of the last one. */
export function watchStream({ user, url, token, record, onEvent }: WatchOptions): Watcher {
  const stop = new AbortController();
  const write = (line: Partial<ClientLine>) => record({ at: Date.now(), client: 'sse', user, ...line } as ClientLine);
  let [lastId, last, conns] = ['0', 0, 0];

  async function readOnce() {
    const conn = (conns += 1);
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const signal = AbortSignal.any([stop.signal, silence.signal]);
      const headers = { authorization: `Bearer ${token}`, 'last-event-id': lastId };
      const response = await fetch(`${url}/v1/events/stream`, { headers, signal });
      if (!response.ok || !response.body) return;
      const [after = '0', epoch] = lastId.split(':').toReversed();
      write({ what: 'open', conn, after: Number(after), epoch });
      for await (const { id, event, data } of frames(response.body)) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        if (id) lastId = id;
        const frame = JSON.parse(data || '{}') as { event: SeenEvent } & Record<string, never>;
        if (event === 'hello') write({ what: 'hello', conn, epoch: frame.epoch, head: frame.head });
        if (event === 'resync') write({ what: 'resync', conn, reason: frame.reason, seq: frame.seq });
        if (event !== 'event') continue;
        write({ what: 'event', conn, event: frame.event });
        last = frame.event.seq;
        onEvent(frame.event);
      }
    } finally {
      clearTimeout(timer);
      write({ what: 'close', conn });
    }
  }

  const reading = (async () => {
    while (!stop.signal.aborted) {
      await readOnce().catch(() => undefined);
      await wait(RETRY_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    user,
    last: () => last,
    async close() {
      stop.abort();
      await reading;
    },
  };
}
