/** Longest delay of a timer of JavaScript, in milliseconds: beyond it, a timer fires at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls back at a time in milliseconds since 1970, until the returned function is called. */
export function callAt(time: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout;
  function arm() {
    const left = time - Date.now();
    timer = setTimeout(() => (left > LONGEST_MS ? arm() : callback()), Math.max(0, Math.min(left, LONGEST_MS)));
    timer.unref();
  }
  arm();
  return () => clearTimeout(timer);
}
