/** Keeps bytes under the SHA-256 of what they are, in hex: the same bytes are kept once, and never change. */
export type BlobStore = {
  /** How the store is called in errors; without credentials. */
  name: string;
  /**
   * Keeps the bytes; does nothing if they are there.
   *
   * @throws BatonError `NetworkError` when the store cannot be written
   */
  put(sha256: string, bytes: Uint8Array): Promise<void>;
  /**
   * The bytes, or undefined if there are none.
   *
   * @throws BatonError `NetworkError` when the store cannot be read
   */
  get(sha256: string): Promise<Uint8Array | undefined>;
};
