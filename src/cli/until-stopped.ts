/** Signals that come this close together are one wish: a terminal and a parent process may both send it. */
const ONE_WISH_MS = 1_000;

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP, or when the process that started this one over a channel (`npm start`)
 * is gone, so that the caller can shut down in order. A later one ends the
 * process at once: whoever presses Ctrl-C again means it.
 */
export function untilStopped() {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let askedAt: number | undefined;
  function onSignal() {
    if (askedAt !== undefined && performance.now() - askedAt > ONE_WISH_MS) process.exit(130);
    if (askedAt !== undefined) return;
    askedAt = performance.now();
    controller.abort();
    resolve(undefined);
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  process.on('disconnect', onSignal);
  // Listening alone would keep the process from ending by itself.
  process.channel?.unref();
  if (process.connected === false) onSignal();
  const signal: AbortSignal = controller.signal;
  return { promise, signal };
}
