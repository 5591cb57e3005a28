/** An open WebSocket or SSE stream, as the gateway sees it. */
export type Stream = {
  /** Says goodbye and closes; `retryMs` is when the reader should come back. */
  bye(reason: string, retryMs: number): void;
  /** Gives a sign of life and asks for one; ends the stream if the peer gave none the last time. */
  ping(): void;
};

type Options = {
  /** Streams that one user may have open at once. */
  maxPerUser: number;
  pingMs: number;
  /** Range of the delay that readers are told, in milliseconds. */
  retryMs: [min: number, max: number];
};

/** Keeps count of the open streams of each user, finds dead peers, and says goodbye to all. */
export function createOpenStreams({ maxPerUser, pingMs, retryMs: [min, max] }: Options) {
  const byUser = new Map<string, Set<Stream>>();
  const all = () => [...byUser.values()].flatMap((streams) => [...streams]);
  const timer = setInterval(() => all().forEach((stream) => stream.ping()), pingMs);
  timer.unref();
  let closedFor: string | undefined;

  return {
    isFull: (user: string) => (byUser.get(user)?.size ?? 0) >= maxPerUser,
    /** Counts a stream until the returned function is called; one that comes too late is told goodbye at once. */
    add(user: string, stream: Stream): () => void {
      const streams = byUser.get(user) ?? new Set();
      byUser.set(user, streams.add(stream));
      if (closedFor !== undefined) stream.bye(closedFor, this.retryMs());
      return () => {
        streams.delete(stream);
        if (streams.size === 0 && byUser.get(user) === streams) byUser.delete(user);
      };
    },
    count: () => all().length,
    /** A moment of one's own for everybody to come back: together they would be the next outage. */
    retryMs: () => Math.round(min + Math.random() * (max - min)),
    closeAll(reason: string) {
      clearInterval(timer);
      closedFor = reason;
      for (const stream of all()) stream.bye(reason, this.retryMs());
    },
  };
}

export type OpenStreams = ReturnType<typeof createOpenStreams>;
