import type { ServerResponse } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import type { Identity } from '../auth/create-token-verifier.ts';
import { callAt } from './call-at.ts';
import type { OpenStreams } from './open-streams.ts';
import type { FeedBytes } from './feed-bytes.ts';
import { createPace } from './pace.ts';
import { readFeed, type ReadFeedOptions } from './read-feed.ts';
import { createSignOfLife } from './sign-of-life.ts';
import { sseId } from './sse-id.ts';

type Options = Omit<ReadFeedOptions, 'userId' | 'signal' | 'isLagging'> & {
  response: ServerResponse;
  identity: Identity;
  streams: OpenStreams;
  logger: FastifyBaseLogger;
  slowReaderMs: number;
};

const END = Buffer.from('\n\n');

function asEvent({ type, seq: after, epoch, bytes }: FeedBytes): Buffer {
  // A greeting is no position: only what was seen may become the cursor of the next connection.
  const id = type === 'hello' ? '' : `id: ${sseId({ after, epoch })}\n`;
  return Buffer.concat([Buffer.from(`${id}event: ${type}\ndata: `), bytes, END]);
}

/** Serves a user's feed as server-sent events: the same frames as on a WebSocket, each with its cursor as id. */
export async function serveSse(options: Options): Promise<void> {
  const { response, identity, streams, logger, slowReaderMs, ...feed } = options;
  const stop = new AbortController();
  const signOfLife = createSignOfLife(send);

  function bye(reason: string, retryMs: number) {
    stop.abort();
    response.end(
      `retry: ${retryMs}\nevent: bye\ndata: ${JSON.stringify({ type: 'bye', reason, retry_ms: retryMs })}\n\n`,
    );
  }
  function send(frame: FeedBytes) {
    signOfLife.onSent(frame);
    response.write(asEvent(frame));
  }
  function ping() {
    if (stop.signal.aborted) return;
    // Before it is live a stream has nothing to repeat; what lies between must still see that it is used.
    if (!signOfLife.atInterval()) response.write(': alive\n\n');
  }
  function flushed(): Promise<void> {
    return new Promise((resolve) => {
      const out = () => {
        response.off('drain', out).off('close', out);
        resolve();
      };
      response.on('drain', out).on('close', out);
    });
  }
  const pace = createPace({ buffered: () => response.writableLength, flushed, slowReaderMs });
  response.write(`retry: ${streams.retryMs()}\n\n`);
  const remove = streams.add(identity.user, { bye, ping });
  const cancelExpiry = callAt(identity.expiresAt, () => bye('token_expired', 0));
  response.on('close', () => stop.abort());
  try {
    const { isLagging } = pace;
    for await (const frame of readFeed({ ...feed, userId: identity.user, signal: stop.signal, isLagging })) {
      if (!(await pace.room())) {
        bye('slow_reader', streams.retryMs());
        response.destroy();
      }
      if (stop.signal.aborted) break;
      send(frame);
    }
  } catch (error) {
    logger.warn({ err: error }, 'a feed ended by an error of the log');
    bye('log_unavailable', streams.retryMs());
  } finally {
    cancelExpiry();
    remove();
  }
}
