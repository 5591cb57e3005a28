import type { Duplex } from 'node:stream';
import { deserialize, serialize } from 'node:v8';

/**
 * File descriptor of the channel in the child. Not Node's own IPC: any library may call `process.send`, and Node reads
 * a message of any size into the worker's memory before anybody can refuse it.
 */
export const CHANNEL_FD = 3;

/** Largest message, in bytes: the largest value that `checkSendable` lets through, and the fields around it. */
const MAX_BYTES = 33 * 1024 ** 2;

/** Each message begins with its length. */
const HEADER_BYTES = 4;

type Options = {
  /** Gets each message as it came: it may be anything. What it throws goes to `onFault`. */
  onMessage(message: unknown): void;
  /** The other side does not keep to the format, or sent what cannot be handled. Nothing more is read. */
  onFault(error: Error): void;
};

/** Messages of two processes over a pipe, as the structured clone algorithm copies them. */
export function openChannel(stream: Duplex, { onMessage, onFault }: Options) {
  let chunks: Buffer[] = [];
  let buffered = 0;
  let size: number | undefined;
  let faulty = false;

  function take(bytes: number): Buffer {
    const all = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, buffered);
    chunks = [all.subarray(bytes)];
    buffered -= bytes;
    return all.subarray(0, bytes);
  }

  function read() {
    while (!faulty) {
      if (size === undefined) {
        if (buffered < HEADER_BYTES) return;
        size = take(HEADER_BYTES).readUInt32LE();
        if (size > MAX_BYTES) throw new RangeError(`a message of ${size} bytes, of which ${MAX_BYTES} are allowed`);
      }
      if (buffered < size) return;
      const message = take(size);
      size = undefined;
      onMessage(deserialize(message));
    }
  }

  stream.on('data', (chunk: Buffer) => {
    if (faulty) return;
    chunks.push(chunk);
    buffered += chunk.length;
    try {
      read();
    } catch (error) {
      faulty = true;
      chunks = [];
      onFault(error instanceof Error ? error : new Error(String(error)));
    }
  });
  // The other process has ended, of which its own exit says more.
  stream.on('error', () => undefined);

  return {
    /** @throws what cannot be cloned */
    send(message: unknown): void {
      const body = serialize(message);
      if (!stream.writable) return;
      const header = Buffer.allocUnsafe(HEADER_BYTES);
      header.writeUInt32LE(body.length);
      stream.cork();
      stream.write(header);
      stream.write(body);
      stream.uncork();
    },
  };
}
