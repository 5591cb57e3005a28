/** Bytes that may wait in one stream before it has to be read. */
export const STREAM_BUFFER_BYTES = 1_048_576;

/** A stream that took this long to be read is lagging for a while: it gets fewer thoughts, all of the rest. */
const LAG_MS = 1_000;
const LAGGING_FOR_MS = 5_000;

type Options = {
  /** Bytes that wait. */
  buffered: () => number;
  /** Resolves once what was written is out, or the stream is closed. */
  flushed: () => Promise<unknown>;
  /** How long a full stream may stay full, in milliseconds. */
  slowReaderMs: number;
};

/** Keeps what waits in a stream within bounds: the writer asks for room before each frame. */
export function createPace({ buffered, flushed, slowReaderMs }: Options) {
  let laggingUntil = 0;

  /** Resolves when there is room; false if there was none for too long. */
  async function room(): Promise<boolean> {
    if (buffered() <= STREAM_BUFFER_BYTES) return true;
    const since = performance.now();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const limit = setTimeout(() => resolve(false), slowReaderMs);
    void flushed().then(() => resolve(true));
    const out = await promise.finally(() => clearTimeout(limit));
    if (performance.now() - since > LAG_MS) laggingUntil = performance.now() + LAGGING_FOR_MS;
    return out;
  }

  return { room, isLagging: () => performance.now() < laggingUntil };
}
