type NetworkEvents = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;

/** Calls back when a browser loses or regains its network, until the returned function is called; elsewhere never. */
export function onNetworkChange({ offline, online }: { offline: () => void; online: () => void }): () => void {
  // Node's global object has no events.
  const target = globalThis as unknown as Partial<NetworkEvents>;
  target.addEventListener?.('offline', offline);
  target.addEventListener?.('online', online);
  return () => {
    target.removeEventListener?.('offline', offline);
    target.removeEventListener?.('online', online);
  };
}
