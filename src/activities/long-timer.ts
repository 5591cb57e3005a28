/** The longest that one timer of Node can wait, in milliseconds; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** `setTimeout` for any number of milliseconds; returns what cancels it. */
export function startTimer(work: () => void, ms: number): () => void {
  const endsAt = performance.now() + ms;
  let timer: NodeJS.Timeout;
  function wait() {
    const left = endsAt - performance.now();
    timer = left > LONGEST_MS ? setTimeout(wait, LONGEST_MS) : setTimeout(work, Math.max(1, left));
  }
  wait();
  return () => clearTimeout(timer);
}

/** Waits for any number of milliseconds; rejects when the signal is aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => reject(signal.reason as Error);
  if (signal.aborted) stop();
  const cancel = startTimer(resolve, ms);
  signal.addEventListener('abort', stop);
  return promise.finally(() => {
    cancel();
    signal.removeEventListener('abort', stop);
  });
}
