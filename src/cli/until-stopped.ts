/** Signals that come this close together are one wish: a terminal and a parent process may both send it. */
const ONE_WISH_MS = 1_000;

/**
 * Time for a role to end from its first signal, in milliseconds, whatever code of others does: 10 s for agents to finish,
 * 5 s for those that were then told to stop, 10 s for all the rest. Less than the 30 s after which Kubernetes kills.
 */
const END_MS = 25_000;

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP, or when the process that started this one over a channel (`npm start`)
 * is gone, so that the caller can shut down in order. A later one ends the process at once: whoever presses Ctrl-C again
 * means it. So does a shutdown that has not ended within `withinMs`, with exit code 1 and a line on stderr.
 */
export function untilStopped({ withinMs = END_MS } = {}) {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let askedAt: number | undefined;

  function giveUp() {
    process.stderr.write(`baton: it did not end within ${withinMs / 1_000} s of being stopped, and is ended now\n`);
    process.exit(1);
  }

  function onSignal() {
    if (askedAt !== undefined && performance.now() - askedAt > ONE_WISH_MS) process.exit(130);
    if (askedAt !== undefined) return;
    askedAt = performance.now();
    // An end that was asked for is a good one, unless what follows says otherwise.
    process.exitCode ??= 0;
    setTimeout(giveUp, withinMs).unref();
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
